"""The release gate: the committed cases reach the committed thresholds, and a score below one is named."""

from dataclasses import fields
from pathlib import Path

import pytest

from agents.evals import history
from agents.evals.cases import read_cases
from agents.evals.gate import misses, thresholds
from agents.evals.history import Entry
from agents.evals.page import render
from agents.evals.understanding import measure
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context
from agents.understanding.utterances import voices
from deploy.evaluation.commands import CASES, PERSONAS
from runtime.errors import UserError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("area", "cases"), [("understanding", CASES), ("personas", PERSONAS)])
def test_understanding_reaches_what_a_release_must(offline: OfflineUnderstanding, area: str, cases: Path) -> None:
    """First seen, the former had 0.978, 0.975 and 0.964, the latter 0.955, 0.935 and 0.941."""
    report = measure(read_cases(cases), lambda text: offline.read(text, Context())).as_dict()
    assert misses({area: report}, {area: thresholds()[area]}) == []


@pytest.mark.parametrize("cases", [CASES, PERSONAS])
def test_cases_stay_unlearnt(cases: Path) -> None:
    learnt = {utterance.text.casefold() for voice in voices().values() for utterance in voice}
    seen = [case.text for case in read_cases(cases) if len(case.text.split()) > 4 and case.text.casefold() in learnt]
    assert seen == []


def test_the_personas_ask_for_everything_and_often_for_several_things() -> None:
    cases = read_cases(PERSONAS)
    assert len(cases) >= 300
    assert len({flow for case in cases for flow in case.flows}) == 37
    assert sum(len(case.flows) > 1 for case in cases) >= 30


def test_each_miss_is_named() -> None:
    wanted = {"understanding": {"accuracy": 0.9}, "scenarios": {"p95_ms": 100, "passed": 1.0}}
    assert misses({"understanding": {"accuracy": 0.9}, "scenarios": {"p95_ms": 100, "passed": 1.0}}, wanted) == []
    assert misses({"understanding": {"accuracy": 0.85}, "scenarios": {"p95_ms": 101}}, wanted) == [
        "understanding: accuracy is 0.850, less than 0.900.",
        "scenarios: p95_ms is 101, more than 100.",
        "scenarios: passed was not measured.",
    ]


def test_history_is_kept_and_plotted(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "scores.jsonl"
    assert "Ainda não há medições" in render(history.read(path), thresholds())
    scores = {"accuracy": 0.91, "flows_f1": 0.9, "entities_f1": 0.93}
    runs = {"passed": 1.0, "containment": 0.8, "p95_ms": 120.0}
    for day in ("2026-11-20", "2026-11-21"):
        history.append(path, Entry(day, "0.1.0", scores, runs, {"held": 1.0} if day == "2026-11-21" else {}))
    page = render(history.read(path), thresholds())
    assert page.count("<circle") == 13, "what was not measured yet has no point"
    assert "91,0 %" in page
    assert "120 ms" in page
    path.write_text("{}\n")
    with pytest.raises(UserError, match=r"scores\.jsonl, line 1"):
        history.read(path)


def test_history_has_a_place_for_everything_that_is_measured() -> None:
    assert {field.name for field in fields(Entry)} == {"on", "version", *thresholds()}
