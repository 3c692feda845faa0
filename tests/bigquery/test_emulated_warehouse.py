"""The whole sink against a BigQuery emulator: rows once, newest state at once, through crashes of either side."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, Protocol

import pytest

from runtime.clock import SystemClock
from runtime.records import Batch, Record
from runtime.retry import retry
from runtime.settings import BigQuerySettings
from schemas import bigquery as tables
from schemas.bigquery import Field
from schemas.captured import CAPTURED
from schemas.events import ORDER_STATUS_CHANGED
from schemas.example import read
from schemas.topic import Topic
from sinks.bigquery import sql
from sinks.bigquery.errors import AppendError
from sinks.bigquery.probe import applies_changes
from sinks.bigquery.processor import BigQuerySink
from sinks.bigquery.storage import GrpcStorage
from sinks.bigquery.warehouse import Warehouse
from sinks.bigquery.wiring import connect

pytestmark = pytest.mark.broker
OFFERS = CAPTURED["offers"]
PRODUCTS = CAPTURED["products"]
EXAMPLES = {topic.name: read(topic) for topic in (OFFERS, PRODUCTS)}


class Killable(Protocol):
    def start(self) -> None: ...
    def kill(self) -> None: ...


def change(key: int, lsn: int, *, op: str = "u", price: str = "1.00", topic: Topic = OFFERS) -> dict[str, Any]:
    example = EXAMPLES[topic.name]
    row = {**example["after"], "id": key}
    if topic is OFFERS:
        row["price"] = Decimal(price)
    sides = {"before": row, "after": None} if op == "d" else {"before": None, "after": row}
    return {**example, **sides, "op": op, "source": {**example["source"], "lsn": lsn}}


def batch(values: Sequence[Any], *, first: int = 0, topic: Topic = OFFERS) -> Batch:
    records = [Record(first + n, 1_772_366_400_000, None, value, {}, b"k", b"v") for n, value in enumerate(values)]
    return Batch(topic, 0, records, first, first + len(records) - 1)


@asynccontextmanager
async def running(settings: BigQuerySettings, *topics: Topic) -> AsyncIterator[BigQuerySink]:
    clock = SystemClock()
    sink = BigQuerySink(topics, lambda: connect(settings, topics, clock), clock=clock)
    await sink.start()
    for topic in topics:
        await sink.assigned(topic, 0, None)
    try:
        yield sink
    finally:
        await sink.stop()


async def prices(warehouse: Warehouse) -> dict[int, Decimal]:
    rows = await warehouse.query(f"SELECT id, price FROM `{warehouse.dataset}.offers_current`")
    found = {row.id: row.price for row in rows}
    assert len(found) == len(rows)
    return found


async def offsets(warehouse: Warehouse, name: str = "offers_history") -> list[int]:
    rows = await warehouse.query(f"SELECT _offset FROM `{warehouse.dataset}.{name}` ORDER BY _offset")
    return [row._offset for row in rows]


async def merge(sink: BigQuerySink, topic: Topic = OFFERS) -> None:
    merger = sink._kept[topic.name].merger
    assert merger is not None
    await merger.merge()


async def test_a_change_can_be_queried_when_its_batch_is_done(settings: BigQuerySettings, warehouse: Warehouse) -> None:
    async with running(settings, OFFERS) as sink:
        await sink.process(batch([change(1, 10, op="c", price="12.34"), change(2, 11, op="c")]))
        assert await prices(warehouse) == {1: Decimal("12.34"), 2: Decimal("1.00")}
        await sink.process(batch([change(1, 12, price="9.99"), change(2, 13, op="d")], first=2))
        assert await prices(warehouse) == {1: Decimal("9.99")}
        await merge(sink)
        assert await prices(warehouse) == {1: Decimal("9.99")}
        await sink.process(batch([change(2, 9), change(1, 8)], first=4))
        assert await prices(warehouse) == {1: Decimal("9.99")}
        await merge(sink)
        assert await prices(warehouse) == {1: Decimal("9.99")}
    assert await offsets(warehouse) == [0, 1, 2, 3, 4, 5]


async def test_a_crash_between_append_and_commit_doubles_nothing(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    values = [change(key, 10 + key, op="c") for key in range(20)]
    async with running(settings, OFFERS) as sink:
        await sink.process(batch(values[:12]))
    async with running(settings, OFFERS) as sink:
        await sink.process(batch(values))
    assert await offsets(warehouse) == list(range(20))
    assert len(await prices(warehouse)) == 20


async def test_two_processes_that_both_own_the_partition_double_nothing(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    values = [change(key, 10 + key, op="c") for key in range(30)]
    async with running(settings, OFFERS) as old, running(settings, OFFERS) as new:
        await old.process(batch(values[:10]))
        await new.process(batch(values[:20]))
        await old.process(batch(values[5:25], first=5))
        await asyncio.gather(
            old.process(batch(values[20:], first=20)),
            new.process(batch(values[20:], first=20)),
            return_exceptions=True,
        )
        await asyncio.gather(merge(old), merge(new), return_exceptions=True)
    async with running(settings, OFFERS) as last:
        await last.process(batch(values))
    assert await offsets(warehouse) == list(range(30))
    assert len(await prices(warehouse)) == 30


async def test_a_killed_emulator_loses_streams_and_no_rows(
    emulator: Killable, settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    values = [change(key, 10 + key, op="c") for key in range(30)]
    async with running(settings, OFFERS) as sink:
        await sink.process(batch(values[:10]))
        emulator.kill()
        with pytest.raises(AppendError):
            await sink.process(batch(values[10:20], first=10))
        await asyncio.to_thread(emulator.start)
        await retry(lambda: sink.process(batch(values[10:20], first=10)), backoff=sink.backoff)
        await sink.process(batch(values[20:], first=20))
    assert await offsets(warehouse) == list(range(30))
    assert len(await prices(warehouse)) == 30


async def test_every_captured_table_and_events_arrive_as_they_were(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    topics = (*CAPTURED.values(), ORDER_STATUS_CHANGED)
    async with running(settings, *topics) as sink:
        for topic in topics:
            value = read(topic)
            outcome = await sink.process(batch([value, value], topic=topic))
            assert not outcome.rejected, topic.name
            assert await offsets(warehouse, tables.history_name(topic)) == [0, 1], topic.name
        (product,) = await warehouse.query(f"SELECT * FROM `{warehouse.dataset}.products_current`")
    expected = EXAMPLES[PRODUCTS.name]["after"]
    for name in ("id", "name", "active_ingredients", "variant", "gtin", "ceiling_price", "status"):
        assert product[name] == expected[name], name
    assert product["created_at"].isoformat() == expected["created_at"].replace("Z", "+00:00")


async def test_a_column_that_the_register_gains_is_added(settings: BigQuerySettings, warehouse: Warehouse) -> None:
    table = tables.history(OFFERS)
    await warehouse.prepare([table])
    grown = tables.WarehouseTable(
        name=table.name, description="", fields=(*table.fields, Field(name="note", type="STRING"))
    )
    await warehouse.prepare([grown])
    await warehouse.prepare([grown])
    assert await warehouse.query(f"SELECT note FROM {sql.table(warehouse.dataset, table.name)}") == []


async def test_the_emulator_is_found_not_to_apply_changes(settings: BigQuerySettings, warehouse: Warehouse) -> None:
    await warehouse.prepare([])
    storage = GrpcStorage(settings)
    try:
        assert await applies_changes(warehouse, storage) is False
    finally:
        await storage.close()
    assert await warehouse.query("SELECT 1 AS still_there")


async def test_many_open_partitions_do_not_wait_for_each_other(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    async with running(settings, OFFERS) as sink:
        for partition in range(1, 24):
            await sink.assigned(OFFERS, partition, None)
        work = [
            sink.process(Batch(OFFERS, number, batch([change(number, 10, op="c")]).records, 0, 0))
            for number in range(24)
        ]
        await asyncio.gather(*work)
        assert len(await prices(warehouse)) == 24
