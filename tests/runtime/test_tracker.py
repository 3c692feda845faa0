"""The tracker: a commit never passes what is unfinished, and never stands still when it need not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.processor import Committed
from runtime.tracker import METADATA_BYTES, Tracker

pytestmark = pytest.mark.unit


@st.composite
def spans_and_order(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[int]]:
    """Spans with gaps between them (compaction, control records), and an order to finish some of them in."""
    spans = []
    at = draw(st.integers(0, 1000))
    for _ in range(draw(st.integers(1, 12))):
        first = at + draw(st.integers(0, 5))
        last = first + draw(st.integers(0, 20))
        spans.append((first, last))
        at = last + 1
    order = draw(st.permutations(range(len(spans))))
    return spans, list(order[: draw(st.integers(0, len(spans)))])


@given(spans_and_order(), st.booleans(), st.data())
def test_commits_up_to_the_first_unfinished_span_and_no_further(
    case: tuple[list[tuple[int, int]], list[int]], fresh: bool, data: st.DataObject
) -> None:
    spans, order = case
    tracker = Tracker(None if fresh else Committed(spans[0][0], "before"))
    for first, last in spans:
        tracker.take(first, last, since_ms=first)
    done: set[int] = set()
    for index in order:
        tracker.finish(spans[index][0])
        done.add(index)
        prefix = next((i for i in range(len(spans)) if i not in done), len(spans))
        expected = spans[prefix - 1][1] + 1 if prefix else None
        offered = tracker.committable()
        if data.draw(st.booleans()) and offered is not None:
            tracker.confirm(offered)
        at = tracker.committable() or tracker.committed
        assert (at.offset if at else None) == (expected if expected is not None else (None if fresh else spans[0][0]))
        unfinished = [spans[i][0] for i in range(len(spans)) if i not in done]
        assert tracker.oldest_ms == (unfinished[0] if unfinished else None)


def test_offers_the_same_offset_again_after_a_failed_commit() -> None:
    tracker = Tracker(Committed(10, ""))
    tracker.take(10, 19, 0)
    tracker.finish(10)
    assert tracker.committable() == Committed(20, "")
    assert tracker.committable() == Committed(20, "")
    tracker.confirm(Committed(20, ""))
    assert tracker.committable() is None


def test_keeps_the_metadata_of_the_last_span_that_had_some() -> None:
    tracker = Tracker(Committed(0, "old"))
    tracker.take(0, 4, 0)
    tracker.take(5, 9, 0)
    tracker.take(10, 14, 0)
    tracker.finish(0)
    assert tracker.committable() == Committed(5, "old")
    tracker.finish(10, "third")
    tracker.finish(5, "second")
    assert tracker.committable() == Committed(15, "third")


def test_refuses_metadata_that_the_broker_would_refuse() -> None:
    tracker = Tracker()
    tracker.take(0, 0, 0)
    with pytest.raises(ValueError, match="the broker takes 4096"):
        tracker.finish(0, "á" * (METADATA_BYTES // 2 + 1))


def test_refuses_a_span_that_was_taken_before() -> None:
    tracker = Tracker()
    tracker.take(5, 9, 0)
    with pytest.raises(ValueError, match="do not come after 9"):
        tracker.take(9, 12, 0)
