"""What the sink makes of a batch: rows, rejections, and what the group remembers."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from runtime.clock import ManualClock
from runtime.errors import BadRecord
from runtime.processor import Committed
from runtime.records import Batch, Record
from schemas import bigquery as tables
from schemas.captured import CAPTURED
from schemas.events import ORDER_STATUS_CHANGED
from schemas.example import read
from sinks.bigquery import sql
from sinks.bigquery.changes import row_of
from sinks.bigquery.claims import Claims
from sinks.bigquery.errors import AppendError, RowsRefusedError
from sinks.bigquery.merger import Merger, resume
from sinks.bigquery.processor import BigQuerySink, Kept, Wiring
from sinks.bigquery.requests import EncodedRow, fitting, split
from tests.bigquery.fakes import MemoryStorage, MemoryWarehouse, lost_request

pytestmark = pytest.mark.unit
ORDERS = CAPTURED["orders"]
EXAMPLE = read(ORDERS)


def change(op: str = "u", *, lsn: int | None = 7, **sides: Any) -> dict[str, Any]:
    row = EXAMPLE["after"]
    return {
        **EXAMPLE,
        "op": op,
        "before": row if op == "d" else None,
        "after": None if op == "d" else row,
        "source": {**EXAMPLE["source"], "lsn": lsn},
        **sides,
    }


def record(offset: int, value: Any) -> Record:
    return Record(offset, 1_772_366_400_000, None, value, {}, b"key", b"value")


def batch(*values: Any, first: int = 0) -> Batch:
    records = [record(first + number, value) for number, value in enumerate(values)]
    return Batch(ORDERS, 0, records, first, first + len(records) - 1)


class NumberEncoder:
    """Stands for the row's bytes: its Kafka offset, which is what the storage in memory keeps."""

    descriptor = None

    def encode(self, row: dict[str, Any]) -> bytes:
        if row.get("number") == "bad":
            raise BadRecord("value-out-of-range", "column number")
        return str(row["_offset"]).encode()


class Ground:
    def __init__(self) -> None:
        history, current = tables.history(ORDERS), tables.current(ORDERS)
        assert current is not None
        self.warehouse = MemoryWarehouse(sql.STREAMS, sql.MERGED, sql.EMPTIED, history, current)
        self.storage = MemoryStorage(self.warehouse)
        self.clock = ManualClock()
        self.merger = Merger(self.warehouse, current, history.name, clock=self.clock, turns=asyncio.Semaphore(1))
        self.closed = False

    async def sink(self, committed: Committed | None = None) -> BigQuerySink:
        async def close() -> None:
            self.closed = True

        async def connect() -> Wiring:
            kept = Kept(ORDERS, NumberEncoder(), merger=self.merger, empty=self.empty)  # type: ignore[arg-type]
            return Wiring([kept], Claims(self.warehouse, self.storage, window=0), self.storage, close)

        sink = BigQuerySink([ORDERS], connect, clock=self.clock)
        await sink.start()
        await sink.assigned(ORDERS, 0, committed)
        return sink

    async def empty(self, version: int) -> None:
        await self.warehouse.query(*sql.emptied(self.warehouse.dataset, "orders", version))

    @property
    def emptied(self) -> list[int]:
        return [
            lsn
            for (lsn,) in self.warehouse.connection.execute(
                "FROM project.dataset.balcao_truncated SELECT lsn"
            ).fetchall()
        ]

    @property
    def stored(self) -> list[int]:
        return self.storage.stored("orders_history")


async def test_a_batch_is_stored_and_the_group_remembers_where() -> None:
    ground = Ground()
    sink = await ground.sink()
    outcome = await sink.process(batch(change("c"), change("u")))
    assert ground.stored == [0, 1]
    assert outcome.metadata is not None
    remembered = json.loads(outcome.metadata)
    assert (remembered["offset"], remembered["rows"]) == (1, 2)
    assert remembered["stream"] in ground.storage.streams
    assert ground.merger.tail() == {0: (-1, 1)}
    await sink.stop()
    assert ground.closed


async def test_bad_records_are_returned_and_the_rest_is_stored() -> None:
    ground = Ground()
    sink = await ground.sink()
    bad = change("u", after={**EXAMPLE["after"], "number": "bad"})
    outcome = await sink.process(batch(change("c"), bad, None, change("m"), change("u")))
    assert ground.stored == [0, 4]
    causes = [(record.offset, bad.cause) for record, bad in outcome.rejected]
    assert causes == [(1, "value-out-of-range"), (2, "empty-value"), (3, "unknown-operation")]
    await sink.stop()


async def test_a_truncate_is_stored_once_and_applied_each_time_it_comes() -> None:
    """A process may stop after the rows are stored and before the truncate is applied."""
    ground = Ground()
    sink = await ground.sink()
    truncate = change("t", lsn=9, after=None)
    await sink.process(batch(change("c"), truncate, change("c", lsn=10)))
    await sink.process(batch(truncate, change("c", lsn=10), first=1))
    assert ground.stored == [0, 1, 2]
    assert ground.emptied == [9, 9]
    await sink.stop()


async def test_a_row_that_bigquery_refuses_is_returned_and_the_rest_is_stored() -> None:
    ground = Ground()
    sink = await ground.sink()

    def refusing(_do: Callable[[], None]) -> None:
        raise RowsRefusedError({1: "invalid JSON"})

    ground.storage.faults.append(refusing)
    outcome = await sink.process(batch(change("c"), change("u"), change("u")))
    assert ground.stored == [0, 2]
    ((refused, reason),) = outcome.rejected
    assert (refused.offset, reason.cause, reason.reason) == (1, "refused-by-bigquery", "invalid JSON")
    await sink.stop()


async def test_a_refused_row_is_refused_again_when_the_process_died_before_its_dead_letter() -> None:
    """The rows after it are in the table by then: it must not be taken for one of them."""
    ground = Ground()

    def refusing(_do: Callable[[], None]) -> None:
        raise RowsRefusedError({1: "invalid JSON"})

    first = await ground.sink()
    ground.storage.faults.append(refusing)
    await first.process(batch(change("c"), change("u"), change("u")))
    assert ground.stored == [0, 2]
    await first.stop()

    def alone(_do: Callable[[], None]) -> None:
        raise RowsRefusedError({0: "invalid JSON"})

    second = await ground.sink()
    ground.storage.faults.append(alone)
    outcome = await second.process(batch(change("c"), change("u"), change("u")))
    assert [refused.offset for refused, _ in outcome.rejected] == [1]
    assert ground.stored == [0, 2]
    await second.stop()


async def test_a_failed_batch_raises_and_comes_again() -> None:
    ground = Ground()
    sink = await ground.sink()
    ground.storage.faults += [lost_request] * 4
    with pytest.raises(AppendError):
        await sink.process(batch(change("c")))
    await sink.process(batch(change("c"), change("u")))
    assert ground.stored == [0, 1]
    await sink.stop()


async def test_a_new_process_skips_what_the_table_has() -> None:
    ground = Ground()
    first = await ground.sink()
    outcome = await first.process(batch(change("c"), change("u")))
    await first.stop()
    second = await ground.sink(Committed(0, outcome.metadata or ""))
    await second.process(batch(change("c"), change("u"), change("u")))
    assert ground.stored == [0, 1, 2]
    await second.stop()


@pytest.mark.parametrize("metadata", ["", "{", "[]", '{"offset": null}', "somebody else's"])
async def test_foreign_metadata_is_no_obstacle(metadata: str) -> None:
    ground = Ground()
    sink = await ground.sink(Committed(5, metadata))
    await sink.process(batch(change("u"), first=5))
    assert ground.stored == [5]
    await sink.stop()


async def test_merging_resumes_where_the_last_process_stopped() -> None:
    ground = Ground()
    for offset in range(5):
        ground.warehouse.insert("orders_history", _kafka_partition=2, _offset=offset, _lsn=offset, _op="c", id=offset)
    await resume(ground.warehouse, {"orders": ground.merger}, {"orders": "orders_history"})
    assert ground.merger.tail() == {2: (-1, 4)}
    await ground.merger.merge()
    assert ground.merger.tail() == {}
    again = Ground().merger
    await resume(ground.warehouse, {"orders": again}, {"orders": "orders_history"})
    assert again.tail() == {}


async def test_a_failed_merge_keeps_its_tail() -> None:
    ground = Ground()
    ground.merger.wrote(0, 9)
    ground.warehouse.connection.execute("DROP TABLE project.dataset.orders")
    with pytest.raises(Exception, match="orders"):
        await ground.merger.merge()
    assert ground.merger.tail() == {0: (-1, 9)}


def test_a_change_carries_its_place_and_version() -> None:
    row = row_of(ORDERS, 3, record(9, change("u", lsn=77)))
    assert (row["_topic"], row["_kafka_partition"], row["_offset"], row["_lsn"], row["_op"]) == (
        ORDERS.name,
        3,
        9,
        77,
        "u",
    )
    source = EXAMPLE["source"]
    assert row["_commit_ts"] == (source.get("ts_us") or source["ts_ms"] * 1000)
    assert row["id"] == EXAMPLE["after"]["id"]


def test_a_delete_keeps_the_key_only() -> None:
    row = row_of(ORDERS, 0, record(0, change("d")))
    assert {name: value for name, value in row.items() if not name.startswith("_")} == {"id": EXAMPLE["after"]["id"]}


def test_a_position_the_source_does_not_know_never_wins() -> None:
    assert row_of(ORDERS, 0, record(0, change("r", lsn=None)))["_lsn"] == 0


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (None, "empty-value"),
        (change("m"), "unknown-operation"),
        (change(after=None), "no-row"),
    ],
)
def test_what_is_no_change_is_refused(value: Any, cause: str) -> None:
    with pytest.raises(BadRecord) as refused:
        row_of(ORDERS, 0, record(0, value))
    assert refused.value.cause == cause


def test_an_event_keeps_its_fields_and_the_records_time() -> None:
    event = read(ORDER_STATUS_CHANGED)
    row = row_of(ORDER_STATUS_CHANGED, 0, record(4, event))
    assert (row["_lsn"], row["_op"], row["_commit_ts"]) == (event["lsn"], None, 1_772_366_400_000_000)
    assert event.items() <= row.items()


def sized(*sizes: int) -> Sequence[EncodedRow]:
    return [EncodedRow(number, b"x" * size) for number, size in enumerate(sizes)]


def test_requests_stay_under_the_limit_and_count_positions() -> None:
    requests = list(split(sized(40, 40, 10, 90), 100, limit=110))
    assert [(one.position, len(one.rows), one.last_offset) for one in requests] == [
        (100, 2, 1),
        (102, 1, 2),
        (103, 1, 3),
    ]
    assert list(split([], 0)) == []


def test_a_row_over_the_limit_is_a_bad_record() -> None:
    with pytest.raises(BadRecord, match="row-too-large"):
        fitting(EncodedRow(0, b"x" * 10_000_000))
