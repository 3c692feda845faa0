"""A seed is a schedule: the same in every process, with every fault in turn."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.changes import TABLES, changes
from tests.faults.schedule import CHANGES, FAULTS, Kind, schedule
from tests.faults.strike import STRIKES

pytestmark = pytest.mark.unit
ROUND = -(-len(Kind) // FAULTS)
SEEDS = st.integers(1, 10**6)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_a_seed_always_means_the_same(seed: int) -> None:
    assert schedule(seed) == schedule(seed)
    assert changes(seed, 100) == changes(seed, 100)


def test_another_process_plays_the_same() -> None:
    code = (
        "from tests.faults.changes import changes; from tests.faults.schedule import schedule;"
        "print(schedule(7), changes(7, 200))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{schedule(7)} {changes(7, 200)}\n"


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000))
def test_a_round_of_seeds_has_every_fault(turn: int) -> None:
    first = 1 + turn * ROUND
    assert {step.kind for seed in range(first, first + ROUND) for step in schedule(seed).steps} == set(Kind)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_faults_come_one_after_another_and_before_the_writer_ends(seed: int) -> None:
    times = [time for step in schedule(seed).steps for time in (step.at, step.until)]
    assert times == sorted(set(times))
    assert times[-1] < CHANGES


def test_seeds_begin_with_one() -> None:
    with pytest.raises(ValueError, match="begin with 1"):
        schedule(0)


def test_every_fault_is_done_by_something() -> None:
    assert set(STRIKES) == set(Kind)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_changes_are_numbered_and_do_all_there_is_to_do(seed: int) -> None:
    made = changes(seed, CHANGES)
    assert [change.number for change in made] == list(range(1, CHANGES + 1))
    assert {table for change in made for table, _ in change.leaves} == set(TABLES)
    verbs = {text.split()[0] for change in made for text, _ in change.statements}
    assert verbs == {"INSERT", "UPDATE", "DELETE"}
    assert any("key" in change.what for change in made)
