"""What `balcao status` says beside the programs: partitions that wait and tables that changed, or nothing."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from deploy.local import notices
from deploy.local.layout import Layout
from deploy.local.stack import Stack
from runtime import drift
from runtime.drift import Drift
from runtime.halt import RUNBOOK, SCHEMA
from runtime.letters import shelf
from runtime.registry import RegistryUnavailable
from schemas.captured import CAPTURED

pytestmark = pytest.mark.unit
TOPIC = CAPTURED["returns"].name
HALTED = f"""# HELP balcao_halted_at_offset Where a partition waits.
# TYPE balcao_halted_at_offset gauge
balcao_halted_at_offset{{group="balcao.bigquery",topic="{TOPIC}",partition="0",cause="{SCHEMA}"}} 51.0
# TYPE balcao_records_total counter
balcao_records_total{{group="balcao.bigquery",topic="{TOPIC}"}} 7.0
"""


@pytest.fixture
def stack(layout: Layout) -> Stack:
    """A stack that nobody starts."""
    return Stack(layout.home.root, port_base=20000, environ={})


def answers(monkeypatch: pytest.MonkeyPatch, stack: Stack, pages: dict[str, str], drifts: Any, *causes: str) -> None:
    """Metrics pages by port name; other stations are not there. ``drifts`` is what the registry shows, or raises.

    ``causes`` are those of the dead letters that wait.
    """
    urls = {stack.layout().url(port, "/metrics"): text for port, text in pages.items()}

    def get(url: str, timeout: float) -> httpx.Response:
        if url not in urls:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, text=urls[url])

    def find(settings: object, kafka: object, topics: object) -> list[Drift]:
        if isinstance(drifts, Exception):
            raise drifts
        found: list[Drift] = drifts
        return found

    def letters(settings: object, decoder: object, *, seconds: float) -> Any:
        waiting = [SimpleNamespace(said=SimpleNamespace(cause=cause)) for cause in causes]
        return SimpleNamespace(waiting=lambda: waiting)

    monkeypatch.setattr(shelf, "read", letters)
    monkeypatch.setattr(httpx, "get", get)
    monkeypatch.setattr(drift, "find", find)


def test_a_halted_partition_and_a_drifted_table_are_told(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    sentence = f"returns: column details changed from text to integer; see {RUNBOOK}"
    answers(monkeypatch, stack, {"bigquery_sink_metrics": HALTED}, [Drift(TOPIC, sentence, breaking=True)])
    assert notices.read(stack) == [
        f"balcao.bigquery halted at offset 51 of {TOPIC}[0]: a record that it may not pass, see {RUNBOOK}. "
        "The others go on; nothing is lost.",
        sentence,
    ]


def test_every_station_s_halts_are_told(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    events = HALTED.replace("balcao.bigquery", "balcao.events")
    answers(monkeypatch, stack, {"bigquery_sink_metrics": HALTED, "events_metrics": events}, [])
    assert [sentence.split()[0] for sentence in notices.read(stack)] == ["balcao.bigquery", "balcao.events"]


def test_nothing_is_said_when_all_is_well(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    well = "\n".join(line for line in HALTED.splitlines() if not line.startswith("balcao_halted")) + "\n"
    answers(monkeypatch, stack, {"bigquery_sink_metrics": well}, [])
    assert notices.read(stack) == []


def test_what_does_not_answer_hides_nothing_else(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    answers(monkeypatch, stack, {"bigquery_sink_metrics": HALTED}, RegistryUnavailable("away"))
    assert len(notices.read(stack)) == 1
    answers(monkeypatch, stack, {}, [Drift(TOPIC, "returns.note (text) is captured", breaking=False)])
    assert notices.read(stack) == ["returns.note (text) is captured"]


def test_dead_letters_that_wait_are_counted_by_cause(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    answers(monkeypatch, stack, {}, [], "undecodable", "rule", "undecodable")
    assert notices.read(stack) == ["3 dead letters wait (2 x undecodable, 1 x rule): see `balcao dlq list`."]
