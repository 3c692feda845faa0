"""The watchdog's judgement: which partitions stand still, and since when."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any, cast

import confluent_kafka
import pytest

from runtime import watchdog
from runtime.assignment import TP
from runtime.clock import ManualClock
from runtime.partition import Partition
from runtime.processor import Committed
from runtime.settings import KafkaSettings
from runtime.tracker import Tracker
from runtime.watchdog import Verdict

pytestmark = pytest.mark.unit

ONE = TP("orders", 0)


class Standing:
    """A partition at some offset, looked at as time passes."""

    def __init__(self) -> None:
        self.verdict = Verdict(seconds=60)
        self.partition = SimpleNamespace(tracker=Tracker(), doing="processing 0-9")

    def at(self, now: float, *, committed: int | None, end: int | None) -> list[TP]:
        self.partition.tracker.committed = None if committed is None else Committed(committed, "")
        ends = {} if end is None else {ONE: end}
        return list(self.verdict.judge({ONE: cast(Partition, self.partition)}, ends, now))


def test_a_partition_with_records_waiting_and_no_commit_stands_still() -> None:
    standing = Standing()
    assert standing.at(0, committed=10, end=20) == []
    assert standing.at(59, committed=10, end=900) == []
    assert standing.at(60, committed=10, end=900) == [ONE]
    assert standing.verdict.behind(ONE, 60) == 60


def test_a_commit_starts_the_time_anew() -> None:
    standing = Standing()
    standing.at(0, committed=10, end=20)
    assert standing.at(50, committed=11, end=20) == []
    assert standing.at(109, committed=11, end=20) == []
    assert standing.at(110, committed=11, end=20) == [ONE]


def test_a_partition_without_new_records_may_rest_for_ever() -> None:
    standing = Standing()
    standing.at(0, committed=20, end=20)
    assert standing.at(100_000, committed=20, end=20) == []
    assert standing.at(100_001, committed=20, end=21) == []
    assert standing.at(100_061, committed=20, end=21) == [ONE]


def test_a_group_that_never_committed_is_watched_too() -> None:
    standing = Standing()
    assert standing.at(0, committed=None, end=0) == []
    assert standing.at(1, committed=None, end=5) == []
    assert standing.at(61, committed=None, end=5) == [ONE]


def test_a_partition_that_waits_for_the_registry_is_excused() -> None:
    standing = Standing()
    standing.partition.doing = "waiting for the schema registry"
    standing.at(0, committed=10, end=20)
    assert standing.at(1000, committed=10, end=20) == []
    standing.partition.doing = "processing 10-19"
    assert standing.at(1001, committed=10, end=20) == []
    assert standing.at(1061, committed=10, end=20) == [ONE]


def test_a_partition_that_left_and_came_back_starts_anew() -> None:
    standing = Standing()
    standing.at(0, committed=10, end=20)
    standing.verdict.judge({}, {}, 30)
    assert standing.at(70, committed=10, end=20) == []


class Fenced:
    """A client whose broker failed and came back: it believes what was so before, until it looks around."""

    def __init__(self) -> None:
        self.fresh = False
        self.answered = threading.Event()

    def list_topics(self, timeout: float) -> None:
        self.fresh = True

    def list_offsets(self, asked: Any, request_timeout: float) -> dict[Any, Any]:
        if not self.fresh:
            raise confluent_kafka.KafkaException("Leader epoch is older than broker epoch")
        self.answered.set()
        return {}


async def test_it_sees_again_after_a_broker_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Fenced()
    monkeypatch.setattr(watchdog, "AdminClient", lambda _: client)
    assignment: Any = SimpleNamespace(snapshot=lambda: {ONE: Standing().partition}, unsettled_since=None)
    settings = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    dog = watchdog.Watchdog("test", settings, assignment, seconds=0.04, drain_seconds=60, clock=ManualClock())
    monkeypatch.setattr(dog, "_measure", lambda partitions, ends: None)
    dog.start()
    try:
        assert await asyncio.to_thread(client.answered.wait, 60)
    finally:
        await dog.stop()
