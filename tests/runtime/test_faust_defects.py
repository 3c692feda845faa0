"""What stock Faust 0.15.3 does wrong where it touches us, shown on its own classes, and that ours does not.

When one of the first halves fails, Faust was mended: what replaces it may go.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import faust as stock
import pytest
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types.tuples import TP, Message

from runtime import faust
from runtime.faust_consumer import BatchConsumer
from runtime.partition import Partition
from runtime.processor import Outcome, Processor
from runtime.records import Batch
from runtime.retry import Backoff
from runtime.settings import KafkaSettings, RuntimeSettings
from runtime.tracker import Tracker
from runtime.watchdog import Verdict
from tests.runtime.fakes import Bench, until
from tests.runtime.test_faust_consumer import ONE, Held
from tests.runtime.test_partition import deliver, opened

pytestmark = pytest.mark.unit
TP0 = TP("orders", 0)


def message(offset: int) -> Message:
    return Message("orders", 0, offset, 0.0, 0, {}, b"k", b"v", None, generation_id=0)


@pytest.fixture
async def app() -> AsyncIterator[Any]:
    """A stock Faust app that acknowledges the topic, not connected."""
    made: Any = stock.App("stock", broker="kafka://127.0.0.1:1")
    made.topics._acking_topics.add("orders")
    yield made
    made.consumer._thread.thread_loop.close()


@pytest.fixture
async def consumer(app: Any) -> Any:
    """Its consumer, of a group that never committed."""
    return app.consumer


def ack(consumer: Any, *offsets: int) -> None:
    for offset in offsets:
        consumer.ack(message(offset))


async def test_a_fresh_group_commits_past_records_in_hand_and_ours_does_not(consumer: Any) -> None:
    """With concurrency above 1 the first record may be the slow one; a group without a commit has no floor."""
    ack(consumer, 1, 2, 3)
    assert consumer._filter_committable_offsets([TP0]) == {TP0: 4}, "record 0 is in hand, and would be lost by a crash"
    tracker = Tracker()
    for offset in range(4):
        tracker.take(offset, offset, 0)
    for offset in (1, 2, 3):
        tracker.finish(offset)
    assert tracker.committable() is None
    tracker.finish(0)
    committable = tracker.committable()
    assert committable is not None
    assert committable.offset == 4


async def test_a_gap_of_offsets_counts_as_done_and_ours_has_no_gaps(consumer: Any) -> None:
    """What one fetch skipped (a batch's own offsets, for one) is taken as acknowledged."""
    consumer._committed_offset[TP0] = 1
    await consumer._add_gap(TP0, 1, 9)
    ack(consumer, 1, 10)
    assert consumer._filter_committable_offsets([TP0]) == {TP0: 11}, "2 to 9 were never acknowledged"
    ours = faust.application("balcao.test", KafkaSettings(bootstrap_servers="localhost:1"), RuntimeSettings()).consumer
    await ours._add_gap(ONE, 1, 9)
    assert not ours._gap


async def test_commits_stand_still_with_batches_and_ours_move(consumer: Any) -> None:
    """A batch is acknowledged by its last offset: after the first commit there is always a hole before it."""
    consumer._committed_offset[TP0] = 10
    for last in (19, 29, 39):
        ack(consumer, last)
        assert consumer._filter_committable_offsets([TP0]) == {}
    tracker = Tracker()
    for first in (10, 20, 30):
        tracker.take(first, first + 9, 0)
        tracker.finish(first)
        committable = tracker.committable()
        assert committable is not None
        assert committable.offset == first + 10


async def test_a_failed_commit_is_remembered_as_done_and_ours_is_tried_again(
    consumer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    async def fails(offsets: Any) -> bool:
        sent.append(offsets)
        return False

    async def flush() -> None:
        return

    monkeypatch.setattr(consumer, "_commit", fails)
    monkeypatch.setattr(consumer, "assignment", lambda: {TP0})
    monkeypatch.setattr(consumer.app.producer, "flush", flush)
    ack(consumer, 0, 1, 2)
    assert await consumer._commit_tps([TP0], start_new_transaction=True) is False
    assert await consumer._commit_tps([TP0], start_new_transaction=True) is False
    assert (sent, consumer._committed_offset[TP0]) == ([{TP0: 3}], 3), "nobody asks the broker again"

    held, calls = Held(), []

    async def commit(offsets: Any) -> None:
        calls.append(offsets)
        if len(calls) == 1:
            from aiokafka.errors import CommitFailedError

            raise CommitFailedError("already rebalanced")

    config = SimpleNamespace(conf=SimpleNamespace(id="balcao.test"))
    ours = SimpleNamespace(assignment_of_app=held, _thread=SimpleNamespace(commit_all=commit), app=config)
    assert await BatchConsumer.force_commit(cast(BatchConsumer, ours)) is False
    assert await BatchConsumer.force_commit(cast(BatchConsumer, ours)) is True
    assert calls[0] == calls[1]


async def test_an_event_whose_work_raised_is_acknowledged_and_ours_never(app: Any) -> None:
    app.flow_control.resume()
    app.consumer_generation_id = 0
    channel, event = app.channel(), app.create_event(None, "value", {}, message(7))
    event.message.incref()

    async def work() -> None:
        async for _ in stream:
            raise ValueError("the database is away")

    stream = app.stream(channel)
    await channel.put(event)
    with contextlib.suppress(ValueError):
        await asyncio.wait_for(work(), 60)
    # the iteration ends when nobody holds it any more
    gc.collect()
    await until(lambda: bool(event.message.acked))
    await stream.stop()
    assert app.consumer._filter_committable_offsets([TP0]) == {TP0: 8}, "it would not come again"

    class Raising(Processor):
        name = "raising"
        backoff = Backoff(first=1, ceiling=1, attempts=2)

        async def process(self, batch: Batch) -> Outcome:
            raise ValueError("the database is away")

    bench = Bench()
    async with opened(bench, Raising()) as partition:
        done = deliver(partition, bench.batch(0, 4))
        await until(lambda: bool(bench.failed))
        assert (done, partition.tracker.committable()) == ([], None)


async def test_a_hang_is_hidden_for_a_thousand_seconds_and_ours_ends_the_process(app: Any) -> None:
    """Stock Faust stays in its group for that long, and what sees that a stream stands still only writes to the log."""
    assert app.conf.broker_max_poll_interval == 1000.0
    said: list[str] = []
    state = SimpleNamespace(highwater=100, position=10, timestamp=1_000_000_000.0)
    active = SimpleNamespace(active=True, state_value=lambda _: state)
    subscriptions = SimpleNamespace(subscription=SimpleNamespace(assignment=active))
    thread = SimpleNamespace(
        consumer=SimpleNamespace(app=app),
        time_started=0.0,
        tp_stream_timeout_secs=300.0,
        tp_fetch_request_timeout_secs=1e12,
        tp_last_committed_at={},
        _ensure_consumer=lambda: SimpleNamespace(_fetcher=SimpleNamespace(_subscriptions=subscriptions)),
        _log_slow_processing_stream=lambda text, *_: said.append(text),
        _verify_aiokafka_event_path=lambda *_: False,
    )
    AIOKafkaConsumerThread.verify_event_path(cast(Any, thread), 10_000.0, TP0)
    assert len(said) == 1, "a line in the log, and nothing else"

    options = faust.application(
        "balcao.test", KafkaSettings(bootstrap_servers="localhost:1"), RuntimeSettings()
    ).consumer_options
    patience = RuntimeSettings().watchdog_seconds
    assert options["max_poll_interval_ms"] <= 300_000
    assert patience < 300
    hanging = cast(Partition, SimpleNamespace(tracker=Tracker(), doing="processing 0-9"))
    verdict = Verdict(patience)
    assert verdict.judge({ONE: hanging}, {ONE: 10}, 0.0) == {}
    assert list(verdict.judge({ONE: hanging}, {ONE: 10}, patience)) == [ONE]


async def test_a_flag_of_a_full_buffer_takes_a_partition_from_the_fetch_and_ours_keeps_no_flags(
    app: Any, consumer: Any
) -> None:
    """A flag set by what arrives late, after the group assigned the partition, keeps it out until its queue is read.

    Its queue may have been emptied by then: nobody reads it, and nothing arrives that would be read.
    """
    consumer._set_active_tps({TP0})
    queue = app.FlowControlQueue(maxsize=4, clear_on_resume=True)
    reader = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    full, drop = (lambda: consumer.on_buffer_full(TP0)), (lambda: consumer.on_buffer_drop(TP0))
    for number in range(4):
        queue.put_nowait_enhanced(number, on_pressure_high=full, on_pressure_drop=drop)
    queue.clear()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not reader.done()
    assert TP0 not in consumer._get_active_partitions(), "it is not fetched, and what would let it be is never called"
    reader.cancel()

    ours = faust.application("balcao.test", KafkaSettings(bootstrap_servers="localhost:1"), RuntimeSettings()).consumer
    ours._set_active_tps({TP0})
    ours.on_buffer_full(TP0)
    assert TP0 in ours._get_active_partitions()
