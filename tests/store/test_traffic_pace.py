"""Traffic keeps its beat, on a clock that the test moves."""

import asyncio
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from runtime.clock import ManualClock
from store.traffic.changes import Change, Changes
from store.traffic.run import Done, pace
from store.traffic.sample import OfferKey, Sample

pytestmark = pytest.mark.unit


class Slow:
    """Stands for the database: each change takes the next of ``seconds``."""

    def __init__(self, clock: ManualClock, seconds: list[float]) -> None:
        self.clock = clock
        self.seconds = seconds

    async def make(self) -> Change:
        self.clock.advance(self.seconds.pop(0) if self.seconds else 0.001)
        return Change("price", "offers", (1,), self.clock.now())


async def run(seconds: list[float], *, rate: float = 100, for_seconds: float | None = 10, **others: Any) -> Done:
    clock = ManualClock()
    changes = cast(Changes, Slow(clock, seconds))
    others.setdefault("stop", asyncio.Event())
    others.setdefault("observe", None)
    return await pace(changes, rate, seconds=for_seconds, clock=clock, **others)


async def test_the_rate_is_kept() -> None:
    done = await run([])
    assert done.changes == pytest.approx(1000, abs=2)
    assert done.rate == pytest.approx(100, rel=0.01)


async def test_a_short_delay_is_made_up_for() -> None:
    assert (await run([0.5])).changes == pytest.approx(1000, abs=2)


async def test_a_long_delay_does_not_end_in_a_burst() -> None:
    assert (await run([5.0])).changes == pytest.approx(600, abs=5)


async def test_a_stop_ends_it_after_the_change_under_way() -> None:
    stop = asyncio.Event()
    seen: list[Change] = []

    def observe(change: Change) -> None:
        seen.append(change)
        if len(seen) == 7:
            stop.set()

    done = await run([], for_seconds=None, stop=stop, observe=observe)
    assert done.changes == len(seen) == 7
    assert "7 price" in done.sentence()


async def test_an_hour_of_traffic_leaves_the_market_with_offers() -> None:
    state = dict.fromkeys(range(200), "active")

    async def execute(statement: bytes, parameters: dict[str, int]) -> SimpleNamespace:
        was, becomes = ("active", "paused") if b"'paused' WHERE" in statement else ("paused", "active")
        changed = state[parameters["offer"]] == was
        if changed:
            state[parameters["offer"]] = becomes
        return SimpleNamespace(rowcount=int(changed))

    offers = [OfferKey(number, 1, number) for number in state]
    sample = Sample(offers, [], {1: offers}, [1], [], {}, [])
    changes = Changes(cast(Any, SimpleNamespace(execute=execute)), sample, Random(7), ManualClock())
    made = [await changes.pause_or_resume() for _ in range(5000)]
    paused = [number for number, now in state.items() if now == "paused"]
    assert 5 <= len(paused) <= 14
    assert sorted(offer.id for offer in sample.paused) == sorted(paused)
    assert sum(change is not None for change in made) > 4500
