"""A processor's pace: the first record goes at once, what comes faster than the pace goes together."""

import asyncio

import pytest

from runtime.batched import BatchPartition
from runtime.clock import ManualClock
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
