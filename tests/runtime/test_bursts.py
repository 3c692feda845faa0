"""Several records of a key taken together: in order, each once in effect, committed without a hole."""

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


class Gatherer(KeyedProcessor):
    """Takes up to three records of a key when its gate is opened; ``fail`` are offsets that no burst may hold."""

    name = "gatherer"
    parallelism = 4
    burst = 3
    backoff = Backoff(first=1, ceiling=1, attempts=2)

    def __init__(self, *, wait: float = 0.0, fail: frozenset[int] = frozenset()) -> None:
        self.bursts: dict[str, list[list[int]]] = defaultdict(list)
        self.gate = asyncio.Event()
        self.running = 0
        self.asked: list[list[int]] = []
        self._wait = wait
        self._fail = fail

    def key(self, record: Record) -> str:
        return str(record.key)

    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        await self.handle_burst(topic, partition, [record])

    async def handle_burst(self, topic: Topic, partition: int, records: Sequence[Record]) -> None:
        self.running += 1
        await self.gate.wait()
        offsets = [record.offset for record in records]
        if self._fail & set(offsets):
            raise BadRecord("no-such-order", "it is gone") if len(offsets) == 1 else OSError("as planned")
        self.bursts[str(records[0].key)].append(offsets)

    def patience(self, records: Sequence[Record]) -> float:
        self.asked.append([record.offset for record in records])
        return self._wait if len(records) < 2 else 0.0


def begin(bench: Bench, handler: KeyedProcessor, fetched: Sequence[Raw]) -> KeyedPartition:
    slots = asyncio.Semaphore(handler.parallelism)
    partition = KeyedPartition(bench.topic, 0, Tracker(), bench.lane(), processor=handler, slots=slots)
    partition.reserve(len(fetched))
    partition.deliver(fetched, lambda: None)
    return partition


async def test_what_waits_of_a_key_is_taken_together_and_of_another_key_is_not() -> None:
    bench, handler = Bench(), Gatherer()
    handler.gate.set()
    keys = [b"ana", b"ana", b"rui", b"ana", b"ana"]
    partition = begin(bench, handler, [bench.raw(n, key=key) for n, key in enumerate(keys)])
    await until(lambda: partition.tracker.committable() == Committed(5, ""))
    assert handler.bursts == {"ana": [[0, 1, 3], [4]], "rui": [[2]]}
    await partition.close(1)


async def test_what_comes_while_a_burst_is_in_work_waits_for_it_and_is_the_next() -> None:
    bench, handler = Bench(), Gatherer()
    partition = begin(bench, handler, [bench.raw(0, key=b"ana")])
    await until(lambda: handler.running == 1)
    partition.reserve(2)
    partition.deliver([bench.raw(1, key=b"ana"), bench.raw(2, key=b"ana")], lambda: None)
    await until(lambda: partition.tracker.in_hand == 3)
    assert handler.running == 1
    handler.gate.set()
    await until(lambda: partition.tracker.committable() == Committed(3, ""))
    assert handler.bursts["ana"] == [[0], [1, 2]]
    await partition.close(1)


async def test_patience_waits_for_more_and_ends_when_it_comes() -> None:
    bench, handler = Bench(), Gatherer(wait=1.5)
    handler.gate.set()
    sleeping = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == 1.5
        sleeping.set()
        await asyncio.Event().wait()

    bench.clock.sleep = sleep  # type: ignore[method-assign]
    partition = begin(bench, handler, [bench.raw(0, key=b"ana")])
    await sleeping.wait()
    assert handler.running == 0
    partition.reserve(1)
    partition.deliver([bench.raw(1, key=b"ana")], lambda: None)
    await until(lambda: partition.tracker.committable() == Committed(2, ""))
    assert handler.bursts["ana"] == [[0, 1]]
    assert handler.asked == [[0], [0, 1]]
    await partition.close(1)


async def test_patience_that_is_not_rewarded_ends_by_itself() -> None:
    class Once(Gatherer):
        def patience(self, records: Sequence[Record]) -> float:
            return 0.0 if bench.clock.slept else 1.5

    bench, handler = Bench(), Once()
    handler.gate.set()
    partition = begin(bench, handler, [bench.raw(0, key=b"ana")])
    await until(lambda: partition.tracker.committable() == Committed(1, ""))
    assert bench.clock.slept == [1.5]
    await partition.close(1)


async def test_a_burst_that_fails_is_taken_apart_so_that_only_the_bad_record_is_a_dead_letter() -> None:
    bench, handler = Bench(), Gatherer(fail=frozenset({1}))
    handler.gate.set()
    partition = begin(bench, handler, bench.batch(0, 2))
    await until(lambda: partition.tracker.committable() == Committed(3, ""))
    assert handler.bursts["k"] == [[0], [2]]
    [letter] = bench.producer.sent
    assert dead_letter.read(letter.headers).offset == 1
    await partition.close(1)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=20),
    st.frozensets(st.integers(0, 19), max_size=3),
    st.data(),
)
def test_in_any_arrival_each_record_ends_once_in_order_and_commits_are_contiguous(
    keys: list[str], bad: frozenset[int], data: st.DataObject
) -> None:
    async def scenario() -> None:
        bench, handler = Bench(), Gatherer(fail=bad)
        handler.gate.set()
        cut = data.draw(st.integers(0, len(keys)))
        raws = [bench.raw(n, key=key.encode()) for n, key in enumerate(keys)]
        partition = begin(bench, handler, raws[:cut] or raws)
        await asyncio.sleep(0)
        if 0 < cut < len(keys):
            partition.reserve(len(keys) - cut)
            partition.deliver(raws[cut:], lambda: None)
        await until(lambda: partition.tracker.committable() == Committed(len(keys), ""))
        buried = {dead_letter.read(letter.headers).offset for letter in bench.producer.sent}
        assert buried == {n for n in bad if n < len(keys)}
        for key in set(keys):
            ended = [offset for burst in handler.bursts[key] for offset in burst]
            assert ended == [n for n, each in enumerate(keys) if each == key and n not in bad]
        await partition.close(1)

    asyncio.run(scenario())
