"""The page of guarantees is what the recorded runs say."""

import pytest

from tests.faults.page import render
from tests.faults.results import PAGE, load
from tests.faults.schedule import Kind, schedule

pytestmark = pytest.mark.unit


def test_the_page_agrees_with_the_recorded_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(load()), "write it anew: make faults"


def test_the_recorded_schedules_are_those_of_their_seeds() -> None:
    for seed, one in load()["seeds"].items():
        assert tuple(one["schedule"]) == tuple(schedule(int(seed)).lines), f"seed {seed} means another schedule now"


def test_every_kind_of_fault_was_played_and_what_is_recorded_held() -> None:
    seeds = load()["seeds"].values()
    assert {kind for one in seeds for kind in one["kinds"]} == {kind.name for kind in Kind}
    assert [one["wrong"] for one in seeds if one["wrong"]] == []
