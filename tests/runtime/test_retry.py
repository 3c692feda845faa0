"""Trying again: how often, how long between, and what passes at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.clock import ManualClock
from runtime.retry import Backoff, retry

pytestmark = pytest.mark.unit


class Flaky:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


async def test_waits_longer_each_time_and_returns_the_first_success() -> None:
    clock, work = ManualClock(), Flaky(OSError(), OSError(), OSError())
    told: list[int] = []
    backoff = Backoff(first=1, ceiling=3, attempts=5)
    answer = await retry(
        work, backoff=backoff, clock=clock, uniform=lambda _, widest: widest, notice=lambda _, n, __: told.append(n)
    )
    assert (answer, clock.slept, told) == ("done", [1, 2, 3], [1, 2, 3])


async def test_raises_the_last_error_when_the_attempts_are_used_up() -> None:
    work = Flaky(OSError("first"), OSError("second"), OSError("third"))
    with pytest.raises(OSError, match="second"):
        await retry(work, backoff=Backoff(attempts=2), clock=ManualClock())
    assert work.calls == 2


async def test_what_is_not_to_be_retried_passes_at_once() -> None:
    for never, on in (((KeyError,), Exception), ((), OSError)):
        work = Flaky(KeyError("no"))
        with pytest.raises(KeyError):
            await retry(work, backoff=Backoff(), on=on, never=never, clock=ManualClock())
        assert work.calls == 1


@given(st.integers(1, 10_000))
def test_a_delay_is_jittered_and_never_above_the_ceiling(failures: int) -> None:
    backoff = Backoff(first=0.1, ceiling=10.0)
    delay = backoff.delay(failures)
    widest = min(10.0, 0.1 * 2 ** min(failures - 1, 32))
    assert widest / 2 <= delay <= widest
