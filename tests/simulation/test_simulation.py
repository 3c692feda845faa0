"""The production classes under seeded schedules of crashes, stops, rebalances and failing servers, in virtual time.

``make simulate SEEDS=5000 FIRST=1000`` plays more of them. A seed that fails plays the same again: ``SEEDS=1``.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.schedule import play
from tests.simulation.simulated_warehouse import ViolatedError

pytestmark = [pytest.mark.unit, pytest.mark.timeout(300)]
BLOCKS, SEEDS = 4, 50
LIMIT = 1000
"""Seeds within which each mutant must be seen."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of warnings of what is meant to fail would take most of the time."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_schedule_ends_with_everything_once_in_order_and_accounted_for(block: int) -> None:
    for seed in range(block * SEEDS, (block + 1) * SEEDS):
        play(seed)


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_a_seed_plays_the_same_each_time(seed: int) -> None:
    assert play(seed) == play(seed)


def test_a_seed_plays_the_same_in_every_process() -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.simulate", "1", "2"],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": hashes, "BALCAO_SIMULATION_TRACE": "1"},
            stdout=subprocess.PIPE,
        )
        for hashes in ("1", "2")
    ]
    first, second = (process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert first == second != b""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_code_that_is_broken_is_seen(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    for seed in range(LIMIT):
        try:
            play(seed)
        except ViolatedError as violated:
            assert f"seed {seed}:" in str(violated)
            return
    raise AssertionError(f"{LIMIT} schedules ended well although the code {mutant.__doc__}")
