"""Seeds of the fault suite on the suite's stack; `make faults` plays more, and every kind."""

from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.faults.play import play
from tests.faults.schedule import schedule

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
async def test_everything_is_there_once_after_faults(stack: Stack, seed: int, tmp_path: Path) -> None:
    done = await play(stack, schedule(seed), tmp_path)
    assert not done.wrong, "\n".join(
        [*done.wrong, *done.schedule, f"again: make faults SEEDS=1 FIRST={seed}; the stations' logs: {tmp_path}"]
    )
