"""A failed connector is started again, soon at first and then less and less often."""

from itertools import pairwise

import pytest

from connectors.postgres.operate import State
from deploy.local.mender import Mender
from runtime.clock import ManualClock

pytestmark = pytest.mark.unit


class Connect:
    """Connect's answers as a test sets them."""

    def __init__(self) -> None:
        self.task = "RUNNING"
        self.restarted: list[str] = []

    async def state(self, name: str) -> State:
        trace = "org.example.DataException: row of Ana\n\tat x" if self.task == "FAILED" else None
        return State(name, "RUNNING", (self.task,), trace)

    async def restart(self, name: str) -> None:
        self.restarted.append(name)


async def test_one_that_runs_is_left_alone() -> None:
    connect = Connect()
    await Mender(connect.state, connect.restart, ["orders"], ManualClock()).look()
    assert connect.restarted == []


async def test_one_that_failed_is_restarted_with_growing_pauses() -> None:
    connect, clock = Connect(), ManualClock()
    mender = Mender(connect.state, connect.restart, ["orders"], clock)
    connect.task = "FAILED"
    times = []
    for _ in range(60):
        before = len(connect.restarted)
        await mender.look()
        if len(connect.restarted) > before:
            times.append(clock.monotonic())
        clock.advance(1)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[:4] == [4, 8, 10, 10]


async def test_one_that_recovered_is_helped_at_once_the_next_time() -> None:
    connect, clock = Connect(), ManualClock()
    mender = Mender(connect.state, connect.restart, ["orders"], clock)
    for _ in range(2):
        connect.task = "FAILED"
        await mender.look()
        connect.task = "RUNNING"
        clock.advance(4)
        await mender.look()
    assert connect.restarted == ["orders", "orders"]


async def test_what_is_logged_quotes_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    connect = Connect()
    connect.task = "FAILED"
    await Mender(connect.state, connect.restart, ["orders"], ManualClock()).look()
    logged = "".join(capsys.readouterr())
    assert "DataException" in logged
    assert "Ana" not in logged
