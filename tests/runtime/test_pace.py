"""A processor's pace: the first record goes at once, what comes faster than the pace goes together."""

import asyncio

import pytest

from runtime.batched import BatchPartition
from runtime.clock import ManualClock
from runtime.pace import Pace
from runtime.processor import Committed, Outcome, Processor
from runtime.records import Batch
from runtime.tracker import Tracker
from tests.runtime.fakes import Bench, until

pytestmark = pytest.mark.unit


class GatedClock(ManualClock):
    """Sleeping takes until the gate opens, so that records can arrive meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.gate.wait()
        self.advance(seconds)


class Paced(Processor):
    """Notes each batch's offsets."""

    name = "paced"
    pace_seconds = 0.5

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def process(self, batch: Batch) -> Outcome:
        self.batches.append([record.offset for record in batch.records])
        return Outcome()


async def test_what_comes_faster_than_the_pace_is_one_batch() -> None:
    clock = GatedClock()
    bench, processor = Bench(clock=clock), Paced()
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    done: list[int] = []
    partition.reserve(2)
    partition.deliver(bench.batch(0, 1), lambda: done.append(1))
    await until(lambda: processor.batches == [[0, 1]])
    for first in (2, 4):
        assert partition.room
        partition.reserve(2)
        partition.deliver(bench.batch(first, first + 1), lambda first=first: done.append(first))  # type: ignore[misc]
    await until(lambda: clock.slept == [0.5])
    assert processor.batches == [[0, 1]]
    clock.gate.set()
    await until(lambda: done == [1, 2, 4])
    assert processor.batches == [[0, 1], [2, 3, 4, 5]]
    assert partition.tracker.committable() == Committed(6, "")
    await partition.close(1)


async def test_a_pace_holds_nobody_who_is_behind() -> None:
    clock = GatedClock()
    bench, processor = Bench(clock=clock, batch_records=3), Paced()
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    for first in range(0, 20, 4):
        await until(lambda: partition.room)
        partition.reserve(4)
        partition.deliver(bench.batch(first, first + 3), lambda: None)
    await until(lambda: sum(map(len, processor.batches)) == 20)
    assert not clock.gate.is_set()
    await partition.close(1)


async def test_a_record_after_a_quiet_time_is_not_held() -> None:
    clock = GatedClock()
    bench, processor = Bench(clock=clock), Paced()
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    clock.gate.set()
    partition.deliver(bench.batch(0, 0), lambda: None)
    await until(lambda: clock.slept == [0.5])
    clock.gate.clear()
    clock.advance(10)
    partition.deliver(bench.batch(1, 1), lambda: None)
    await until(lambda: processor.batches == [[0], [1]])
    await partition.close(1)


def test_a_pace_follows_what_batches_take_between_its_bounds() -> None:
    pace = Pace(0.2, 0.8)
    assert pace.seconds == 0.2
    for _ in range(100):
        pace.took(0.05)
    assert pace.seconds == pytest.approx(0.5, rel=0.01), "work fills a tenth of the time"
    for _ in range(100):
        pace.took(60)
    assert pace.seconds == 0.8
    for _ in range(100):
        pace.took(0.001)
    assert pace.seconds == 0.2, "an outage is forgotten once batches are quick again"
    one = Pace(0.3, 0.0)
    one.took(100)
    assert one.seconds == 0.3, "a processor without a longest pace keeps its own"


async def test_slow_batches_make_the_next_ones_larger() -> None:
    clock = GatedClock()

    class Slow(Paced):
        longest_pace_seconds = 2.0

        async def process(self, batch: Batch) -> Outcome:
            clock.advance(1)
            return await super().process(batch)

    bench, processor = Bench(clock=clock), Slow()
    pace = Pace(processor.pace_seconds, processor.longest_pace_seconds)
    first, other = (BatchPartition(bench.topic, n, Tracker(), bench.lane(), processor, pace=pace) for n in (0, 1))
    clock.gate.set()
    for start in range(20):
        first.deliver(bench.batch(start, start), lambda: None)
        await until(lambda start=start: len(processor.batches) == start + 1)  # type: ignore[misc]
    assert pace.seconds > 1
    clock.gate.clear()
    clock.slept.clear()
    other.deliver(bench.batch(0, 0), lambda: None)
    await until(lambda: len(processor.batches) == 21)
    other.deliver(bench.batch(1, 1), lambda: None)
    await until(lambda: bool(clock.slept))
    for partition in (first, other):
        await partition.close(1)
