"""What the demo says of its measurements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.samples import HOPS, Samples, percentile

pytestmark = pytest.mark.unit


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1.0))
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9 * len(values)


def test_the_summary_has_every_hop_even_unmeasured() -> None:
    summary = Samples().summary()
    assert tuple(summary) == HOPS
    assert all(entry == {"p50": None, "p95": None, "n": 0} for entry in summary.values())


def test_what_was_not_seen_is_told_and_not_averaged_away() -> None:
    samples = Samples()
    for value in range(1, 101):
        samples.add(HOPS[0], float(value))
    samples.add(HOPS[0], None)
    assert samples.summary()[HOPS[0]] == {"p50": 50.0, "p95": 95.0, "n": 100, "missed": 1}
