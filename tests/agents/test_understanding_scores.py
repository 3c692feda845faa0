"""How well the offline understanding does on utterances that no example was written from."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context

pytestmark = pytest.mark.unit

HELD_OUT = Path(__file__).parent / "heldout.jsonl"
OURS = ("order_status", "product_availability", "product_price", "human")
CASES: list[dict[str, Any]] = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]


def test_accuracy_on_another_voice_does_not_fall(offline: OfflineUnderstanding) -> None:
    assert len(CASES) >= 200
    right = [offline.read(case["text"], Context()).flow == case["flow"] for case in CASES]
    ours = [good for good, case in zip(right, CASES, strict=True) if case["flow"] in OURS]
    assert sum(right) / len(right) >= 0.84
    assert sum(ours) / len(ours) >= 0.85


def test_what_is_wrong_seldom_passes_for_ours(offline: OfflineUnderstanding) -> None:
    """A wrong flow that answers with somebody's data is worse than a question back."""
    others = [case for case in CASES if not set(case["flows"]) & {*OURS, "product_search", "order_late"}]
    taken = [case["text"] for case in others if offline.read(case["text"], Context()).flow in OURS]
    assert len(taken) / len(others) <= 0.08, taken


def test_several_questions_keep_their_order(offline: OfflineUnderstanding) -> None:
    several = [case for case in CASES if len(case["flows"]) > 1]
    exact = [list(offline.read(case["text"], Context()).flows) == case["flows"] for case in several]
    assert sum(exact) / len(exact) >= 0.7


def test_confidence_means_something(offline: OfflineUnderstanding) -> None:
    read = [(offline.read(case["text"], Context()), case["flow"]) for case in CASES]
    sure = [understood.flow == flow for understood, flow in read if understood.confidence >= 0.8]
    unsure = [understood.flow == flow for understood, flow in read if understood.confidence < 0.5]
    assert sum(sure) / len(sure) >= 0.93
    assert sum(unsure) / len(unsure) < sum(sure) / len(sure) - 0.2


@pytest.mark.parametrize("text", ["", " ", "🙂", "123", "…!?", "\u200b"])
def test_nothing_said_is_nothing_understood(offline: OfflineUnderstanding, text: str) -> None:
    understood = offline.read(text, Context())
    assert understood.abstained
    assert understood.flows == ()


def test_strange_words_are_no_flow(offline: OfflineUnderstanding) -> None:
    for text in ("xpto qwerty zzz", "blarg fnord", "das ist nicht gut"):
        assert offline.read(text, Context()).abstained


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_understood_or_not(offline: OfflineUnderstanding, text: str) -> None:
    understood = offline.read(text, Context())
    assert understood.abstained == (understood.flow is None) == (not understood.flows)
    assert 0 <= understood.confidence <= 1


def test_a_message_takes_milliseconds(offline: OfflineUnderstanding) -> None:
    spent = []
    for case in CASES:
        begun = time.process_time()
        offline.read(case["text"], Context())
        spent.append(time.process_time() - begun)
    assert sorted(spent)[len(spent) // 2] < 0.005
