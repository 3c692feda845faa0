"""One partition's worker: nothing is committed before it is done, whatever fails."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from runtime import dead_letter, metrics
from runtime.batched import BatchPartition
from runtime.errors import BadRecord
from runtime.processor import Committed, Outcome, Processor
from runtime.records import Batch
from runtime.retry import Backoff
from runtime.tracker import Tracker
from schemas.topic import Topic
from tests.runtime.fakes import Bench, Raw, until

pytestmark = pytest.mark.unit


class Recorder(Processor):
    """Keeps what it processed; fails as often as it is told, and waits at its gate."""

    name = "recorder"
    backoff = Backoff(first=1, ceiling=1, attempts=3)

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.failures: list[Exception] = []
        self.outcome: Callable[[Batch], Outcome] = lambda _: Outcome()
        self.gate: asyncio.Event | None = None

    async def process(self, batch: Batch) -> Outcome:
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.seen += [record.offset for record in batch.records]
        return self.outcome(batch)


@asynccontextmanager
async def opened(bench: Bench, processor: Processor) -> AsyncIterator[BatchPartition]:
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    try:
        yield partition
    finally:
        await partition.close(1)


def deliver(partition: BatchPartition, fetched: Sequence[Raw]) -> list[bool]:
    done: list[bool] = []
    partition.reserve(len(fetched))
    partition.deliver(fetched, lambda: done.append(True))
    return done


async def test_works_in_order_and_offers_the_last_offset_with_its_metadata() -> None:
    bench, processor = Bench(), Recorder()
    processor.outcome = lambda batch: Outcome(metadata=f"up to {batch.last_offset}")
    async with opened(bench, processor) as partition:
        deliver(partition, bench.batch(10, 14))
        done = deliver(partition, bench.batch(17, 19))
        await until(lambda: bool(done))
        assert processor.seen == [*range(10, 15), *range(17, 20)]
        assert partition.tracker.committable() == Committed(20, "up to 19")


async def test_takes_two_batches_and_no_third_until_one_is_done() -> None:
    bench, processor = Bench(), Recorder()
    processor.gate = asyncio.Event()
    async with opened(bench, processor) as partition:
        deliver(partition, bench.batch(0, 4))
        assert partition.room
        deliver(partition, bench.batch(5, 9))
        assert [partition.room] == [False]
        processor.gate.set()
        await until(lambda: partition.room)


async def test_a_batch_that_fails_is_tried_again_and_then_done() -> None:
    bench, processor = Bench(), Recorder()
    processor.failures = [OSError("database away"), OSError("database away")]
    async with opened(bench, processor) as partition:
        done = deliver(partition, bench.batch(0, 4))
        await until(lambda: bool(done))
        assert processor.seen == [0, 1, 2, 3, 4]
        assert len(bench.clock.slept) == 2


async def test_a_batch_that_keeps_failing_stops_the_station_and_is_never_acknowledged() -> None:
    bench, processor = Bench(), Recorder()
    processor.failures = [OSError("one"), OSError("two"), OSError("three")]
    async with opened(bench, processor) as partition:
        done = deliver(partition, bench.batch(0, 4))
        after = deliver(partition, bench.batch(5, 9))
        await until(lambda: bool(bench.failed))
        await asyncio.sleep(0)
        assert [str(error) for error in bench.failed] == ["three"]
        assert (done, after, processor.seen) == ([], [], [])
        assert partition.tracker.committable() is None


async def test_poison_is_in_the_dead_letters_before_its_offset_may_be_committed() -> None:
    bench, processor = Bench(), Recorder()
    bench.producer.gate = asyncio.Event()
    async with opened(bench, processor) as partition:
        poison = Raw(1, b"k", b"\x07no magic", headers=(("trace", b"t"),))
        done = deliver(partition, [bench.raw(0), poison, bench.raw(2)])
        await until(lambda: processor.seen == [0, 2])
        assert partition.tracker.committable() is None
        bench.producer.gate.set()
        await until(lambda: bool(done))
        assert partition.tracker.committable() == Committed(3, "")
    (letter,) = bench.producer.sent
    said = dead_letter.read(letter.headers)
    assert (said.cause, said.offset, said.partition, letter.value) == ("wrong-magic-byte", 1, 0, b"\x07no magic")


async def test_a_batch_of_poison_only_never_reaches_the_processor() -> None:
    bench, processor = Bench(), Recorder()
    async with opened(bench, processor) as partition:
        done = deliver(partition, [Raw(0, None, b"x"), Raw(1, b"k", b"")])
        await until(lambda: bool(done))
        assert processor.seen == []
        assert [dead_letter.read(letter.headers).cause for letter in bench.producer.sent] == ["null-key", "empty-value"]
        assert partition.tracker.committable() == Committed(2, "")


async def test_what_the_processor_rejects_goes_to_the_dead_letters() -> None:
    bench, processor = Bench(), Recorder()
    processor.outcome = lambda batch: Outcome([(batch.records[1], BadRecord("no-such-order", "it is gone"))])
    async with opened(bench, processor) as partition:
        done = deliver(partition, bench.batch(0, 2))
        await until(lambda: bool(done))
        assert [dead_letter.read(letter.headers).offset for letter in bench.producer.sent] == [1]


async def test_dead_letters_that_the_broker_does_not_confirm_are_sent_again_and_hold_the_offset() -> None:
    bench, processor = Bench(), Recorder()
    bench.producer.failures = 2
    async with opened(bench, processor) as partition:
        done = deliver(partition, [Raw(0, None, b"x")])
        await until(lambda: bool(done))
        assert len(bench.producer.sent) == 1
    bench.producer.failures = 99
    async with opened(bench, processor) as partition:
        done = deliver(partition, [Raw(0, None, b"x")])
        await until(lambda: bool(bench.failed))
        assert (done, partition.tracker.committable()) == ([], None)


async def test_waits_for_a_registry_that_is_away_and_drops_nothing() -> None:
    bench, processor = Bench(), Recorder()
    bench.registry.away = True
    async with opened(bench, processor) as partition:
        done = deliver(partition, bench.batch(0, 4))
        await until(lambda: len(bench.clock.slept) >= 20)
        assert partition.doing == "waiting for the schema registry"
        assert (processor.seen, bench.producer.sent, partition.tracker.committable()) == ([], [], None)
        waits = metrics.WAITS_FOR.labels("balcao.test", metrics.REGISTRY)
        assert waits._value.get() == 1
        bench.registry.away = False
        await until(lambda: bool(done))
        assert waits._value.get() == 0
        assert processor.seen == [0, 1, 2, 3, 4]
        assert bench.producer.sent == []


async def test_closing_waits_for_the_batch_in_work_and_drops_the_one_behind_it() -> None:
    bench, processor = Bench(), Recorder()
    processor.gate = asyncio.Event()
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    deliver(partition, bench.batch(0, 4))
    await until(lambda: partition.doing == "processing 0-4")
    deliver(partition, bench.batch(5, 9))
    closing = asyncio.create_task(partition.close(30))
    await asyncio.sleep(0.01)
    assert not closing.done()
    processor.gate.set()
    await closing
    assert processor.seen == [0, 1, 2, 3, 4]
    assert partition.tracker.committable() == Committed(5, "")


async def test_closing_cancels_a_batch_that_hangs_and_leaves_it_unacknowledged() -> None:
    bench, processor = Bench(), Recorder()
    processor.gate = asyncio.Event()
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    done = deliver(partition, bench.batch(0, 4))
    await until(lambda: partition.doing == "processing 0-4")
    await partition.close(0.01)
    assert (done, partition.tracker.committable()) == ([], None)


async def test_a_large_batch_has_the_fields_its_processor_reads() -> None:
    class Numbers(Recorder):
        def __init__(self) -> None:
            super().__init__()
            self.values: list[object] = []

        def wanted(self, topic: Topic) -> frozenset[str]:
            return frozenset({"number"})

        async def process(self, batch: Batch) -> Outcome:
            self.values += [record.value for record in batch.records]
            return Outcome()

    bench, processor = Bench(), Numbers()
    async with opened(bench, processor) as partition:
        done = deliver(partition, bench.batch(0, 99))
        await until(lambda: bool(done))
    assert processor.values == [{"number": number} for number in range(100)]
