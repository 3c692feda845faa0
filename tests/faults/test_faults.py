"""Seeds of the fault suite on the suite's stack; `make faults` plays more, and every kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.faults.nursery import Nursery
from tests.faults.play import play
from tests.faults.schedule import schedule
from tests.faults.stack_faults import back

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
SEEDS = (4, 6, 8)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as found:
        yield found


@pytest.mark.parametrize("seed", SEEDS)
async def test_everything_is_there_once_after_faults(stack: Stack, nursery: Nursery, seed: int, tmp_path: Path) -> None:
    try:
        done = await play(stack, schedule(seed), tmp_path, nursery)
    finally:
        # other tests follow on the same stack
        for program, state in stack.states().items():
            if state.up:
                await back(stack, program, None)
    assert not done.wrong, "\n".join(
        [*done.wrong, *done.schedule, f"again: make faults SEEDS=1 FIRST={seed}; the stations' logs: {tmp_path}"]
    )
