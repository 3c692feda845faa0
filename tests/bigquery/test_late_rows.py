"""Records that come again: once in the history however often they come, and never over newer current rows."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from runtime.clock import ManualClock
from runtime.records import Batch, Record
from schemas import bigquery as tables
from schemas.captured import CAPTURED
from schemas.example import read
from sinks.bigquery import sql
from sinks.bigquery.claims import Claims
from sinks.bigquery.errors import AppendError, RowsRefusedError, StreamLostError
from sinks.bigquery.merger import Merger
from sinks.bigquery.processor import BigQuerySink, Kept, Wiring
from tests.bigquery.fakes import MemoryStorage, MemoryWarehouse, Stream, half_failed, lost_answer, lost_request, refused

pytestmark = pytest.mark.unit
ORDERS = CAPTURED["orders"]
EXAMPLE = read(ORDERS)


class RowStorage(MemoryStorage):
    """Keeps more of a row than its offset: the encoder below writes what it needs of it into the bytes."""

    def insert(self, stream: Stream, data: bytes) -> None:
        partition, offset, lsn, number, op = data.decode().split("|")
        columns = {"id": EXAMPLE["after"]["id"], "_op": op, "_lsn": int(lsn), "number": number}
        self.warehouse.insert(stream.table, _kafka_partition=int(partition), _offset=int(offset), **columns)


class Encoder:
    descriptor = object()

    def encode(self, row: dict[str, Any]) -> bytes:
        return f"{row['_kafka_partition']}|{row['_offset']}|{row['_lsn']}|{row.get('number')}|{row['_op']}".encode()


def change(offset: int, lsn: int, number: str) -> Record:
    row = {**EXAMPLE["after"], "number": number}
    value = {**EXAMPLE, "op": "u", "before": None, "after": row, "source": {**EXAMPLE["source"], "lsn": lsn}}
    return Record(offset, 1_772_366_400_000, None, value, {}, b"key", b"value")


class Ground:
    def __init__(self) -> None:
        history, current = tables.history(ORDERS), tables.current(ORDERS)
        assert current is not None
        self.warehouse = MemoryWarehouse(sql.STREAMS, sql.MERGED, history, current)
        self.storage = RowStorage(self.warehouse)
        self.merger = Merger(self.warehouse, current, history.name, clock=ManualClock(), turns=asyncio.Semaphore(1))

    async def sink(self) -> BigQuerySink:
        async def close() -> None:
            return

        async def connect() -> Wiring:
            kept = Kept(ORDERS, Encoder(), merger=self.merger)  # type: ignore[arg-type]
            return Wiring([kept], Claims(self.warehouse, self.storage, window=0), self.storage, close)

        sink = BigQuerySink([ORDERS], connect, clock=ManualClock())
        await sink.start()
        await sink.assigned(ORDERS, 0, None)
        return sink

    @property
    def stored(self) -> list[int]:
        return sorted(self.storage.stored("orders_history"))

    @property
    def current(self) -> tuple[int, str]:
        row = self.warehouse.connection.execute("SELECT _lsn, number FROM project.dataset.orders").fetchone()
        assert row is not None
        return row[0], row[1]


def batch(*records: Record) -> Batch:
    return Batch(ORDERS, 0, records, records[0].offset, records[-1].offset)


async def test_a_late_row_is_stored_at_its_own_place_once_and_merged_if_newest() -> None:
    ground = Ground()
    sink = await ground.sink()
    await sink.process(batch(change(0, 10, "A"), change(2, 30, "C")))
    await ground.merger.merge()
    assert ground.current == (30, "C")
    for _ in range(2):
        await sink.again(batch(change(1, 20, "B")))
        assert ground.stored == [0, 1, 2]
        assert ground.current == (30, "C")
    await sink.again(batch(change(3, 40, "D")))
    assert ground.current == (40, "D")
    await sink.process(batch(change(4, 50, "E")))
    assert ground.stored == [0, 1, 2, 3, 4]
    await sink.stop()


async def test_of_equal_positions_the_offset_it_had_decides() -> None:
    """A replay of the source has the same positions: only the place in Kafka tells which came later."""
    ground = Ground()
    sink = await ground.sink()
    await sink.process(batch(change(5, 10, "later")))
    await ground.merger.merge()
    await sink.again(batch(change(1, 10, "earlier")))
    assert ground.current == (10, "later")
    await sink.stop()


async def test_late_rows_do_not_disturb_the_partitions_own_stream() -> None:
    ground = Ground()
    sink = await ground.sink()
    await sink.process(batch(change(10, 10, "A")))
    stream = sink._writers[ORDERS.name, 0].stream
    await sink.again(batch(change(3, 3, "B"), change(7, 7, "C")))
    await sink.process(batch(change(11, 11, "D")))
    assert sink._writers[ORDERS.name, 0].stream == stream
    assert ground.stored == [3, 7, 10, 11]
    await sink.stop()


@pytest.mark.parametrize("fault", [lost_request, lost_answer, half_failed, refused])
async def test_whatever_fails_it_is_there_once_after_it_was_tried_again(
    fault: Callable[[Callable[[], None]], None],
) -> None:
    ground = Ground()
    sink = await ground.sink()
    for faults in ([fault], [fault] * 4):
        ground.storage.faults += faults
        late = batch(change(1, 1, "A"), change(2, 2, "B"))
        try:
            await sink.again(late)
        except (AppendError, StreamLostError):
            ground.storage.faults.clear()
            await sink.again(late)
        assert ground.stored == [1, 2]
    await sink.stop()


@pytest.mark.parametrize("steps", range(0, 24, 2))
async def test_two_processes_at_once_store_a_late_row_once(steps: int) -> None:
    """Wherever the one is when the other begins: each claim closes the other's stream before it asks the table."""
    ground = Ground()
    first, second = await ground.sink(), await ground.sink()
    late = batch(change(1, 1, "A"), change(2, 2, "B"))

    async def follow() -> None:
        for _ in range(steps):
            await asyncio.sleep(0)
        await second.again(late)

    ended = await asyncio.gather(first.again(late), follow(), return_exceptions=True)
    assert all(isinstance(each, AppendError) for each in ended if isinstance(each, BaseException))
    await first.again(late)
    assert ground.stored == [1, 2]
    await first.stop()
    await second.stop()


async def test_a_late_row_that_bigquery_refuses_is_returned_and_the_others_are_stored() -> None:
    ground = Ground()
    sink = await ground.sink()
    await sink.again(batch(change(1, 1, "A")))

    def refusing(_do: Callable[[], None]) -> None:
        raise RowsRefusedError({0: "invalid JSON"})

    ground.storage.faults.append(refusing)
    outcome = await sink.again(batch(change(1, 1, "A"), change(2, 2, "bad"), change(3, 3, "C")))
    ((record, reason),) = outcome.rejected
    assert (record.offset, reason.cause) == (2, "refused-by-bigquery")
    assert ground.stored == [1, 3]
    await sink.stop()
