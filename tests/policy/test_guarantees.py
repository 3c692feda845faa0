"""The page of guarantees is what the recorded runs say."""

import pytest

from tests.faults.page import render
from tests.faults.results import PAGE, load
from tests.faults.schedule import schedule

pytestmark = pytest.mark.unit


def test_the_page_agrees_with_the_recorded_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(load()), "write it anew: make faults"


def test_the_recorded_schedules_are_those_of_their_seeds() -> None:
    for seed, one in load()["seeds"].items():
        assert tuple(one["schedule"]) == tuple(schedule(int(seed)).lines), f"seed {seed} means another schedule now"
