"""What comes back comes to its own group, with the place it had, and fails again as a letter of the next round."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from runtime import dead_letter
from runtime.clock import ManualClock
from runtime.errors import BadRecord
from runtime.processor import AnyProcessor, KeyedProcessor, Outcome, Processor, TakesAgain
from runtime.records import Batch, Record
from runtime.retried import RetryPartition, topic
from runtime.retry import Backoff
from runtime.tracker import Tracker
from schemas.topic import Topic
from tests.runtime.fakes import Bench, Raw, counted, until

pytestmark = pytest.mark.unit


class Kept(Processor):
    """Keeps the places of what it was given; rejects the numbers it is told to."""

    name = "kept"
    backoff = Backoff(first=1, ceiling=1, attempts=2)

    def __init__(self, rejects: Sequence[int] = ()) -> None:
        self.places: list[tuple[str, int, int, int]] = []
        self._rejects = rejects

    async def process(self, batch: Batch) -> Outcome:
        self.places += [(batch.topic.name, batch.partition, one.offset, one.timestamp_ms) for one in batch.records]
        return Outcome([(one, BadRecord("bad", "still")) for one in batch.records if one.offset in self._rejects])


class Late(Kept, TakesAgain):
    """Takes what comes again in a way of its own."""

    async def process(self, batch: Batch) -> Outcome:
        raise AssertionError("it asked for another way")

    async def again(self, batch: Batch) -> Outcome:
        return await Kept.process(self, batch)


class Keyed(KeyedProcessor):
    name = "keyed"
    backoff = Backoff(first=1, ceiling=1, attempts=3)

    def __init__(self) -> None:
        self.handled: list[tuple[int, int]] = []
        self.fails = 0

    def key(self, record: Record) -> str:
        return str(record.key)

    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("away")
        self.handled.append((partition, record.offset))


def returned(
    bench: Bench, at: int, offset: int, *, name: str = "", partition: int = 3, value: bytes | None = None
) -> Raw:
    """A dead letter of that place, as it stands at ``at`` in the retry topic."""
    raw = bench.raw(offset) if value is None else Raw(offset, b"k", value)
    record = Record(offset, 1_600_000_000_000 + offset, None, None, {"trace": b"t"}, raw.key, raw.value)
    origin = bench.topic if not name else counted(name)
    letter = dead_letter.message(origin, partition, record, BadRecord("x", "y"), group="balcao.test", attempts=1)
    headers = {**letter.headers, dead_letter.ROUND: b"1"}
    return Raw(at, raw.key, raw.value, headers=tuple(headers.items()))


@asynccontextmanager
async def opened(bench: Bench, processor: AnyProcessor) -> AsyncIterator[RetryPartition]:
    served = {bench.topic.name: (bench.topic, processor)}
    partition = RetryPartition(topic("balcao.test.retry"), 0, Tracker(), bench.lane(), served)
    try:
        yield partition
    finally:
        await partition.close(1)


async def take(partition: RetryPartition, *fetched: Raw) -> None:
    done: list[bool] = []
    partition.reserve(len(fetched))
    partition.deliver(fetched, lambda: done.append(True))
    await until(lambda: bool(done))


@pytest.mark.parametrize("kind", [Kept, Late])
async def test_a_record_has_the_place_and_time_it_had(kind: type[Kept]) -> None:
    bench, processor = Bench(), kind()
    async with opened(bench, processor) as partition:
        await take(partition, returned(bench, 100, 7), returned(bench, 101, 5), returned(bench, 102, 9, partition=1))
        committed = partition.tracker.committable()
    name = bench.topic.name
    assert processor.places == [
        (name, 3, 5, 1_600_000_000_005),
        (name, 3, 7, 1_600_000_000_007),
        (name, 1, 9, 1_600_000_000_009),
    ]
    assert committed is not None
    assert committed.offset == 103


async def test_one_that_was_sent_twice_is_taken_once() -> None:
    bench, processor = Bench(), Kept()
    async with opened(bench, processor) as partition:
        await take(partition, returned(bench, 0, 7), returned(bench, 1, 7))
    assert len(processor.places) == 1


async def test_what_fails_again_is_a_letter_of_its_own_topic_and_of_the_next_round() -> None:
    bench = Bench()
    async with opened(bench, Kept(rejects=[7])) as partition:
        await take(partition, returned(bench, 0, 7), returned(bench, 1, 8, value=b"\x09no magic"))
    poison, rejected = sorted((dead_letter.read(each.headers) for each in bench.producer.sent), key=lambda s: -s.offset)
    assert (rejected.topic, rejected.partition, rejected.offset) == (bench.topic.name, 3, 7)
    assert (rejected.round, rejected.attempts, rejected.cause) == (1, 2, "bad")
    assert (poison.offset, poison.cause, poison.timestamp_ms) == (8, "wrong-magic-byte", 1_600_000_000_008)
    assert {each.topic for each in bench.producer.sent} == {bench.topic.dead_letter}


async def test_single_records_are_handled_in_their_order_and_given_up_after_their_attempts() -> None:
    bench, processor = Bench(), Keyed()
    processor.fails = 3
    async with opened(bench, processor) as partition:
        await take(partition, returned(bench, 0, 1), returned(bench, 1, 2))
    assert processor.handled == [(3, 2)]
    (said,) = (dead_letter.read(each.headers) for each in bench.producer.sent)
    assert (said.offset, said.cause, said.attempts) == (1, "handler-failed", 4)


async def test_a_record_that_is_no_letter_of_ours_stops_the_partition_and_loses_nothing() -> None:
    class Patient(ManualClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0.01)

    bench, processor = Bench(clock=Patient()), Kept()
    for stranger in (Raw(1, b"k", b"v"), returned(bench, 1, 7, name="test.other")):
        async with opened(bench, processor) as partition:
            partition.reserve(2)
            partition.deliver([returned(bench, 0, 6), stranger], lambda: None)
            await until(lambda: partition.halted is not None)
            committed = partition.tracker.committable()
            assert committed is not None
            assert committed.offset == 1
    assert bench.producer.sent == []


async def test_a_registry_that_is_away_is_waited_for() -> None:
    bench, processor = Bench(), Kept()
    bench.registry.away = True
    async with opened(bench, processor) as partition:
        partition.reserve(1)
        partition.deliver([returned(bench, 0, 7)], lambda: None)
        await until(lambda: len(bench.clock.slept) > 5)
        assert partition.doing == "waiting for the schema registry"
        bench.registry.away = False
        await until(lambda: len(processor.places) == 1)
    assert bench.producer.sent == []
