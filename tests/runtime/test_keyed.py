"""Records by key: parallel across keys, in order within one, committed without a hole."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime import dead_letter
from runtime.errors import BadRecord
from runtime.keyed import KeyedPartition
from runtime.processor import Committed, KeyedProcessor
from runtime.records import Record
from runtime.retry import Backoff
from runtime.tracker import Tracker
from schemas.topic import Topic
from tests.runtime.fakes import Bench, Raw, until

pytestmark = pytest.mark.unit


class Handler(KeyedProcessor):
    """Handles each record when its gate is opened, and fails those it is told to."""

    name = "handler"
    parallelism = 4
    backoff = Backoff(first=1, ceiling=1, attempts=3)

    def __init__(self) -> None:
        self.running: set[int] = set()
        self.most = 0
        self.handled: dict[str, list[int]] = defaultdict(list)
        self.gates: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.fail: dict[int, list[Exception]] = {}

    def key(self, record: Record) -> str:
        if record.key == "none":
            raise BadRecord("no-contact", "the record names nobody")
        return str(record.key)

    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        self.running.add(record.offset)
        self.most = max(self.most, len(self.running))
        try:
            await self.gates[record.offset].wait()
            if self.fail.get(record.offset):
                raise self.fail[record.offset].pop(0)
            self.handled[str(record.key)].append(record.offset)
        finally:
            self.running.discard(record.offset)

    def open(self, *offsets: int) -> None:
        for offset in offsets:
            self.gates[offset].set()


def begin(bench: Bench, handler: Handler, fetched: Sequence[Raw]) -> KeyedPartition:
    slots = asyncio.Semaphore(handler.parallelism)
    partition = KeyedPartition(bench.topic, 0, Tracker(), bench.lane(), processor=handler, slots=slots)
    partition.reserve(len(fetched))
    partition.deliver(fetched, lambda: None)
    return partition


async def test_another_key_does_not_wait_and_the_same_key_does() -> None:
    bench, handler = Bench(), Handler()
    partition = begin(bench, handler, [bench.raw(0, key=b"ana"), bench.raw(1, key=b"ana"), bench.raw(2, key=b"rui")])
    await until(lambda: handler.running == {0, 2})
    handler.open(2)
    await until(lambda: handler.handled["rui"] == [2])
    assert handler.running == {0}
    assert partition.tracker.committable() is None
    handler.open(0, 1)
    await until(lambda: partition.tracker.committable() == Committed(3, ""))
    assert handler.handled["ana"] == [0, 1]
    await partition.close(1)


async def test_no_more_handlers_run_than_the_parallelism_allows() -> None:
    bench, handler = Bench(), Handler()
    partition = begin(bench, handler, [bench.raw(n, key=b"%d" % n) for n in range(20)])
    await until(lambda: len(handler.running) == 4)
    handler.open(*range(20))
    await until(lambda: partition.tracker.committable() == Committed(20, ""))
    assert handler.most == 4
    await partition.close(1)


async def test_a_record_that_keeps_failing_is_a_dead_letter_after_its_attempts_and_its_key_goes_on() -> None:
    bench, handler = Bench(), Handler()
    handler.fail[0] = [OSError("segredo")] * 3
    handler.open(0, 1)
    partition = begin(bench, handler, bench.batch(0, 1))
    await until(lambda: partition.tracker.committable() == Committed(2, ""))
    said = dead_letter.read(bench.producer.sent[0].headers)
    assert (said.cause, said.offset, said.attempts) == ("handler-failed", 0, 3)
    assert "segredo" not in said.reason
    assert handler.handled["k"] == [1]
    await partition.close(1)


async def test_a_record_that_fails_and_then_succeeds_is_no_dead_letter() -> None:
    bench, handler = Bench(), Handler()
    handler.fail[0] = [OSError(), OSError()]
    handler.open(0)
    partition = begin(bench, handler, bench.batch(0, 0))
    await until(lambda: partition.tracker.committable() == Committed(1, ""))
    assert (handler.handled["k"], bench.producer.sent) == ([0], [])
    await partition.close(1)


async def test_a_bad_record_is_a_dead_letter_at_once_also_one_without_a_key() -> None:
    bench, handler = Bench(), Handler()
    handler.fail[1] = [BadRecord("no-such-order", "it is gone")]
    handler.open(1)
    partition = begin(bench, handler, [bench.raw(0, key=b"none"), bench.raw(1), Raw(2, b"k", b"\x07")])
    await until(lambda: partition.tracker.committable() == Committed(3, ""))
    causes = {dead_letter.read(letter.headers).cause for letter in bench.producer.sent}
    assert causes == {"no-contact", "no-such-order", "wrong-magic-byte"}
    await partition.close(1)


async def test_a_dead_letter_that_cannot_be_written_stops_the_station() -> None:
    bench, handler = Bench(), Handler()
    bench.producer.failures = 99
    handler.fail[0] = [BadRecord("no-such-order", "it is gone")]
    handler.open(0)
    partition = begin(bench, handler, bench.batch(0, 0))
    await until(lambda: bool(bench.failed))
    assert partition.tracker.committable() is None
    await partition.close(1)


async def test_closing_finishes_what_runs_and_leaves_the_rest() -> None:
    bench, handler = Bench(), Handler()
    partition = begin(bench, handler, bench.batch(0, 5))
    await until(lambda: handler.running == {0})
    closing = asyncio.create_task(partition.close(30))
    await asyncio.sleep(0.01)
    handler.open(*range(6))
    await closing
    assert handler.handled["k"] == [0]
    assert partition.tracker.committable() == Committed(1, "")


async def test_memory_is_bounded_when_handlers_are_slow() -> None:
    bench, handler = Bench(), Handler()
    partition = begin(bench, handler, bench.batch(0, 199))
    await until(lambda: partition.doing == "waiting for a handler")
    assert partition.tracker.in_hand == 16 * handler.parallelism
    handler.open(*range(200))
    await until(lambda: partition.tracker.committable() == Committed(200, ""))
    await partition.close(1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=12), st.data())
def test_in_any_order_of_completion_keys_stay_ordered_and_commits_contiguous(
    keys: list[str], data: st.DataObject
) -> None:
    async def scenario() -> None:
        bench, handler = Bench(), Handler()
        partition = begin(bench, handler, [bench.raw(n, key=key.encode()) for n, key in enumerate(keys)])
        done: set[int] = set()
        while len(done) < len(keys):
            await until(lambda: bool(handler.running - done))
            offset = data.draw(st.sampled_from(sorted(handler.running - done)))
            handler.open(offset)
            await until(lambda offset=offset: offset in handler.handled[keys[offset]])  # type: ignore[misc]
            await asyncio.sleep(0)
            done.add(offset)
            prefix = next((n for n in range(len(keys)) if n not in done), len(keys))
            await until(lambda prefix=prefix: _at(partition) == prefix)  # type: ignore[misc]
        for key in set(keys):
            assert handler.handled[key] == [n for n, each in enumerate(keys) if each == key]
        await partition.close(1)

    asyncio.run(scenario())


def _at(partition: KeyedPartition) -> int:
    committable = partition.tracker.committable()
    return committable.offset if committable else 0
