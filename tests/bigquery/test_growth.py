"""Columns that appear while the sink runs: added before the first row, once, whoever comes first."""

import asyncio
import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import grpc
import pytest
from google.cloud.bigquery_storage_v1 import types
from google.protobuf.any_pb2 import Any as Detail
from google.protobuf.descriptor_pb2 import DescriptorProto

from runtime.clock import ManualClock
from runtime.halt import Halt
from runtime.records import Batch, Record
from runtime.settings import BigQuerySettings
from schemas import bigquery as tables
from schemas.bigquery import Field
from schemas.captured import CAPTURED
from schemas.envelope import schema_of
from schemas.example import read
from schemas.topic import Avro
from sinks.bigquery.claims import Claim
from sinks.bigquery.errors import SchemaBehindError, StreamLostError, error_of
from sinks.bigquery.growth import Growth
from sinks.bigquery.processor import BigQuerySink
from sinks.bigquery.requests import EncodedRow
from sinks.bigquery.warehouse import Warehouse
from sinks.bigquery.wiring import connect
from sinks.bigquery.writer import PartitionWriter
from tests.bigquery.fakes import MemoryConnection, MemoryStorage, MemoryWarehouse

RETURNS = CAPTURED["returns"]
HISTORY, CURRENT = tables.history_name(RETURNS), tables.current_name(RETURNS)
EXAMPLE = read(RETURNS)
DATE = {"type": "int", "connect.name": "io.debezium.time.Date"}


def written(**columns: Any) -> Avro:
    """The schema of a writer whose table has those columns besides the register's."""
    schema = json.loads(json.dumps(schema_of(RETURNS)))
    row = copy.deepcopy(schema["fields"][0]["type"][1])
    row["fields"] += [{"name": name, "type": ["null", kind], "default": None} for name, kind in columns.items()]
    schema["fields"][0]["type"][1] = row
    return dict(schema)


class Tables:
    """A warehouse's tables in memory, and what was asked of them."""

    def __init__(self) -> None:
        current = tables.current(RETURNS)
        assert current is not None
        self.held = {
            table.name: {field.name: field for field in table.fields} for table in (tables.history(RETURNS), current)
        }
        self.added: list[tuple[str, str]] = []
        self.shapes: list[tuple[list[str], list[str]]] = []

    async def columns(self, name: str) -> Mapping[str, Field]:
        return dict(self.held[name])

    async def add(self, name: str, fields: Sequence[Field]) -> None:
        await asyncio.sleep(0)
        for field in fields:
            if field.name not in self.held[name]:
                self.held[name][field.name] = replace(field, semantic=None)
                self.added.append((name, field.name))

    async def reshape(self, beyond: Sequence[Field], brought: Sequence[Field]) -> None:
        self.shapes.append(([field.name for field in beyond], [field.name for field in brought]))

    def growth(self) -> Growth:
        return Growth(RETURNS, self, self.reshape)


@pytest.mark.unit
async def test_a_new_column_is_added_to_both_tables_once() -> None:
    warehouse = Tables()
    growth = warehouse.growth()
    await growth.resume()
    schema = written(note="string", due=DATE)
    await asyncio.gather(*(growth.admit(schema, 5) for _ in range(3)))
    assert warehouse.added == [(HISTORY, "note"), (HISTORY, "due"), (CURRENT, "note"), (CURRENT, "due")]
    assert warehouse.shapes == [([], []), (["note", "due"], ["note", "due"])]


@pytest.mark.unit
async def test_another_process_finds_the_column_there_and_brings_its_view_and_rows_to_it() -> None:
    warehouse = Tables()
    first, second = warehouse.growth(), warehouse.growth()
    await second.resume()
    await first.admit(written(note="string"), 5)
    await second.admit(written(note="string"), 5)
    assert warehouse.added == [(HISTORY, "note"), (CURRENT, "note")]
    assert warehouse.shapes[-1] == (["note"], ["note"])


@pytest.mark.unit
async def test_a_process_that_starts_later_knows_the_columns_and_mends_a_table_left_half_done() -> None:
    warehouse = Tables()
    await warehouse.add(HISTORY, [Field(name="note", type="STRING")])
    growth = warehouse.growth()
    await growth.resume()
    assert warehouse.added == [(HISTORY, "note"), (CURRENT, "note")]
    assert warehouse.shapes == [(["note"], [])]
    await growth.admit(written(), 5)
    assert len(warehouse.shapes) == 1


@pytest.mark.unit
async def test_a_column_that_somebody_took_away_is_added_again() -> None:
    warehouse = Tables()
    growth = warehouse.growth()
    await growth.admit(written(note="string"), 5)
    del warehouse.held[HISTORY]["note"], warehouse.held[CURRENT]["details"]
    await growth.restore(6)
    assert warehouse.added[2:] == [(HISTORY, "note"), (CURRENT, "details")]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("held", "column", "words"),
    [
        ("STRING", {"note": "long"}, "column note is integer, BigQuery's table returns_history has it as text"),
        (None, {"_op": "string"}, "BigQuery has no column of the name _op"),
        (None, {"x" * 301: "string"}, "BigQuery has no column of the name xxx"),
    ],
)
async def test_a_column_that_cannot_be_kept_halts_in_words(
    held: str | None, column: dict[str, Any], words: str
) -> None:
    warehouse = Tables()
    if held:
        warehouse.held[HISTORY]["note"] = Field(name="note", type=held)
    growth = warehouse.growth()
    await growth.resume()
    before = len(warehouse.added)
    with pytest.raises(Halt) as halted:
        await growth.admit(written(**column), 5)
    assert halted.value.sentence.startswith(f"returns stopped at offset 5: {words}")
    assert len(warehouse.added) == before


@pytest.mark.unit
async def test_an_added_column_that_changes_its_type_halts() -> None:
    growth = Tables().growth()
    await growth.admit(written(due=DATE), 5)
    with pytest.raises(Halt, match="column due changed from date to integer"):
        await growth.admit(written(due="int"), 6)


@pytest.mark.unit
async def test_a_table_that_has_a_registered_column_otherwise_halts_its_topic_until_it_is_mended() -> None:
    warehouse = Tables()
    good = warehouse.held[CURRENT]["quantity"]
    warehouse.held[CURRENT]["quantity"] = Field(name="quantity", type="STRING")
    growth = warehouse.growth()
    await growth.resume()
    with pytest.raises(Halt, match="column quantity is integer, BigQuery's table returns has it as text"):
        await growth.admit(written(), 5)
    warehouse.held[CURRENT]["quantity"] = good
    await growth.admit(written(), 5)


def storage_error(code: Any) -> Detail:
    detail = Detail()
    detail.Pack(types.StorageError.pb(types.StorageError(code=code, error_message="no such field")))
    return detail


@pytest.mark.unit
def test_extra_fields_are_told_from_other_refusals() -> None:
    codes = types.StorageError.StorageErrorCode
    behind = error_of(
        grpc.StatusCode.INVALID_ARGUMENT, "", [Detail(), storage_error(codes.SCHEMA_MISMATCH_EXTRA_FIELDS)]
    )
    other = error_of(grpc.StatusCode.INVALID_ARGUMENT, "", [storage_error(codes.INVALID_STREAM_STATE)])
    assert (type(behind), type(other)) == (SchemaBehindError, StreamLostError)


def batch(first: int, *changes: dict[str, Any]) -> Batch:
    records = []
    for number, columns in enumerate(changes):
        value = {**EXAMPLE, "op": "u", "before": None, "after": {**EXAMPLE["after"], **columns}}
        value["source"] = {**EXAMPLE["source"], "lsn": 100 + first + number}
        records.append(Record(first + number, 1_772_366_400_000, None, value, {}, b"k", b"v"))
    return Batch(RETURNS, 0, records, first, first + len(records) - 1)


async def started(settings: BigQuerySettings) -> BigQuerySink:
    sink = BigQuerySink([RETURNS], lambda: connect(settings, [RETURNS], ManualClock()))
    await sink.start()
    await sink.assigned(RETURNS, 0, None)
    return sink


async def merge(sink: BigQuerySink) -> None:
    merger = sink._kept[RETURNS.name].merger
    assert merger is not None
    await merger.merge()


@pytest.mark.broker
async def test_the_view_shows_the_column_at_once_after_a_merge_and_after_a_restart(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    async def shown() -> dict[int, tuple[Any, ...]]:
        rows = await warehouse.query(f"SELECT * FROM `{warehouse.dataset}.returns_current`")
        return {row.id: (row.note, None if row.due is None else row.due.isoformat()) for row in rows}

    schema = written(note="string", due=DATE)
    sink = await started(settings)
    await sink.process(batch(0, {"id": 1}, {"id": 2}))
    await merge(sink)
    await sink.written_with(RETURNS, schema, 2)
    assert await shown() == {1: (None, None), 2: (None, None)}
    await sink.process(batch(2, {"id": 2, "note": "two", "due": 20_000}, {"id": 3, "note": None, "due": None}))
    expected: dict[int, tuple[Any, ...]] = {1: (None, None), 2: ("two", "2024-10-04"), 3: (None, None)}
    assert await shown() == expected
    await merge(sink)
    assert await shown() == expected
    # a record that was written before the change comes after all (another partition's, a late one)
    await sink.process(batch(4, {"id": 4}))
    await sink.stop()

    again = await started(settings)
    assert await shown() == {**expected, 4: (None, None)}
    await merge(again)
    assert await shown() == {**expected, 4: (None, None)}
    await again.written_with(RETURNS, schema, 5)
    await again.process(batch(5, {"id": 1, "note": "one", "due": None}))
    assert (await shown())[1] == ("one", None)
    rows = await warehouse.query(f"SELECT _offset FROM `{warehouse.dataset}.{HISTORY}` ORDER BY _offset")
    assert [row._offset for row in rows] == [0, 1, 2, 3, 4, 5]
    await again.stop()


@pytest.mark.broker
async def test_a_process_that_knows_nothing_of_the_column_goes_on_beside_one_that_does(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    old, new = await started(settings), await started(settings)
    await old.assigned(RETURNS, 1, None)
    other = batch(0, {"id": 9})
    await old.process(replace(other, partition=1))
    await new.written_with(RETURNS, written(note="string"), 0)
    await new.process(batch(0, {"id": 1, "note": "one"}))
    await old.process(replace(batch(1, {"id": 9}), partition=1))
    await merge(old)
    rows = await warehouse.query(f"SELECT id, note FROM `{warehouse.dataset}.returns_current` ORDER BY id")
    assert [(row.id, row.note) for row in rows] == [(1, "one"), (9, None)]
    await asyncio.gather(old.stop(), new.stop())


@pytest.mark.unit
async def test_new_columns_need_a_new_connection_and_keep_the_stream() -> None:
    history = tables.history(RETURNS)
    storage = MemoryStorage(MemoryWarehouse(history))
    opened: list[tuple[str, DescriptorProto]] = []
    connection = storage.connect

    def connecting(stream: str, descriptor: DescriptorProto) -> MemoryConnection:
        opened.append((stream, descriptor))
        return connection(stream, descriptor)

    storage.connect = connecting  # type: ignore[method-assign]

    async def claim() -> Claim:
        return Claim(await storage.create(history.name), -1)

    first, second = DescriptorProto(name="Row"), DescriptorProto(name="Row")
    writer = PartitionWriter(claim, storage, first)
    await writer.write([EncodedRow(0, b"0")])
    writer.reshape(first)
    await writer.write([EncodedRow(1, b"1")])
    writer.reshape(second)
    await writer.write([EncodedRow(2, b"2")])
    assert [(stream, descriptor is second) for stream, descriptor in opened] == [
        (writer.stream, False),
        (writer.stream, True),
    ]
    assert storage.stored(history.name) == [0, 1, 2]
