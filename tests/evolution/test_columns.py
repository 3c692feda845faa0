"""Columns derived from a writer's Avro schema, and what differs from the register."""

from decimal import Decimal
from typing import Any

import pytest

from schemas import bigquery as tables
from schemas.bigquery import Field, Mode, row_fields
from schemas.captured import CAPTURED
from schemas.envelope import schema_of
from schemas.evolution import Kind, columns_of, differences, fits, in_words, null_as_default
from schemas.topic import Topic
from schemas.topics import TOPICS
from schemas.wire_columns import field_of_avro
from sinks.bigquery.rows import RowEncoder

pytestmark = pytest.mark.unit
ORDERS = CAPTURED["orders"]


def shape(field: Field) -> tuple[Any, ...]:
    return field.name, field.type, field.mode, field.precision, field.scale, field.semantic


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.table], ids=lambda topic: topic.name)
def test_avro_gives_the_columns_that_the_register_gives(topic: Topic) -> None:
    assert [shape(field) for field in columns_of(schema_of(topic)).values()] == [shape(f) for f in row_fields(topic)]
    assert differences(topic, columns_of(schema_of(topic))) == ()


def debezium(semantic: str, kind: str) -> dict[str, Any]:
    return {"type": kind, "connect.version": 1, "connect.name": semantic}


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


ANY_DECIMAL = {
    "type": "record",
    "name": "VariableScaleDecimal",
    "connect.name": "io.debezium.data.VariableScaleDecimal",
    "fields": [{"name": "scale", "type": "int"}, {"name": "value", "type": "bytes"}],
}


# what Debezium 3.7 registered for ALTER TABLE ... ADD COLUMN of each type, and one of its values
@pytest.mark.parametrize(
    ("avro", "kind", "mode", "value"),
    [
        (["null", "string"], "STRING", Mode.NULLABLE, "x"),
        ([{"type": "string", "connect.default": "x"}, "null"], "STRING", Mode.NULLABLE, "x"),
        ({"type": "int", "connect.default": 7}, "INT64", Mode.NULLABLE, 7),
        (["null", {"type": "int", "connect.type": "int16"}], "INT64", Mode.NULLABLE, 7),
        (["null", "boolean"], "BOOL", Mode.NULLABLE, True),
        (["null", "float"], "FLOAT64", Mode.NULLABLE, 0.5),
        (["null", "bytes"], "BYTES", Mode.NULLABLE, b"x"),
        (["null", decimal(10, 3)], "NUMERIC", Mode.NULLABLE, Decimal("1.5")),
        (["null", decimal(38, 20)], "BIGNUMERIC", Mode.NULLABLE, Decimal("1.5")),
        (["null", ANY_DECIMAL], "STRING", Mode.NULLABLE, {"scale": 2, "value": b"\xfe\x70"}),
        (["null", debezium("io.debezium.time.ZonedTimestamp", "string")], "TIMESTAMP", Mode.NULLABLE, "2026-01-01T00Z"),
        (["null", debezium("io.debezium.time.Date", "int")], "DATE", Mode.NULLABLE, 20_000),
        (["null", debezium("io.debezium.time.Timestamp", "long")], "DATETIME", Mode.NULLABLE, 1_000),
        (["null", debezium("io.debezium.time.MicroTimestamp", "long")], "DATETIME", Mode.NULLABLE, 1_000),
        (["null", debezium("io.debezium.time.MicroTime", "long")], "TIME", Mode.NULLABLE, 1_000),
        (["null", debezium("io.debezium.time.ZonedTime", "string")], "STRING", Mode.NULLABLE, "10:00Z"),
        (["null", debezium("io.debezium.time.MicroDuration", "long")], "INT64", Mode.NULLABLE, 5),
        (["null", debezium("io.debezium.data.Json", "string")], "JSON", Mode.NULLABLE, "{}"),
        (["null", debezium("io.debezium.data.Uuid", "string")], "STRING", Mode.NULLABLE, "4f1c"),
        (["null", {"type": "array", "items": ["null", "int"]}], "INT64", Mode.REPEATED, [1, 2]),
        (["null", {"type": "array", "items": {"type": "array", "items": "int"}}], "JSON", Mode.NULLABLE, [[1]]),
        ({"type": "map", "values": "string"}, "JSON", Mode.NULLABLE, {"a": "b"}),
        (["null", {"type": "enum", "name": "E", "symbols": ["a"]}], "STRING", Mode.NULLABLE, "a"),
        ("elsewhere.Declared", "JSON", Mode.NULLABLE, {"a": 1}),
    ],
)
def test_a_new_column_of_any_type_can_be_kept(avro: Any, kind: str, mode: Mode, value: Any) -> None:
    field = field_of_avro("extra", avro)
    assert (field.type, field.mode) == (kind, mode)
    assert RowEncoder([field]).encode({"extra": value})
    assert RowEncoder([field]).encode({"extra": None if mode is Mode.NULLABLE else []}) == b""


def test_a_decimal_of_any_scale_is_kept_exactly() -> None:
    encoder = RowEncoder([field_of_avro("extra", ANY_DECIMAL)])
    assert b"-4.00" in encoder.encode({"extra": {"scale": 2, "value": b"\xfe\x70"}})
    assert b"1200" in encoder.encode({"extra": {"scale": -2, "value": b"\x0c"}})


@pytest.mark.parametrize(
    ("semantic", "value", "text"),
    [
        ("io.debezium.time.Timestamp", 1_500, b"1970-01-01 00:00:01.500000"),
        ("io.debezium.time.MicroTimestamp", 1_500, b"1970-01-01 00:00:00.001500"),
        ("io.debezium.time.Time", 1_500, b"00:00:01.500000"),
        ("io.debezium.time.MicroTime", 1_500, b"00:00:00.001500"),
    ],
)
def test_times_of_either_precision_are_kept_exactly(semantic: str, value: int, text: bytes) -> None:
    assert text in RowEncoder([field_of_avro("extra", debezium(semantic, "long"))]).encode({"extra": value})


def test_a_column_whose_null_would_arrive_as_its_default_is_named() -> None:
    # as Debezium 3.7 and the converter register: nullable, nullable with a default, NOT NULL with one
    columns = [
        {"name": "plain", "type": ["null", "string"], "default": None},
        {"name": "score", "type": [{"type": "string", "connect.default": "x"}, "null"], "default": "x"},
        {"name": "filled", "type": {"type": "int", "connect.default": 7}, "default": 7},
    ]
    row = {"type": "record", "name": "Value", "fields": columns}
    envelope = {"type": "record", "name": "Envelope", "fields": [{"name": "after", "type": ["null", row]}]}
    assert null_as_default(envelope) == ("score",)
    assert all(null_as_default(schema_of(topic)) == () for topic in TOPICS if topic.table)


def with_column(name: str, avro: Any) -> dict[str, Field]:
    return {**columns_of(schema_of(ORDERS)), name: field_of_avro(name, avro)}


@pytest.mark.parametrize(
    ("avro", "now"),
    [
        ("string", "text"),
        (decimal(12, 4), "decimal(12,4)"),
        (decimal(14, 2), "decimal(14,2)"),
        ({"type": "array", "items": decimal(12, 2)}, "decimal(12,2)[]"),
        ("double", "double precision"),
    ],
)
def test_a_column_whose_values_no_longer_fit_is_retyped(avro: Any, now: str) -> None:
    (found,) = differences(ORDERS, with_column("total", avro))
    assert (found.column, found.kind, found.was, found.now) == ("total", Kind.RETYPED, "decimal(12,2)", now)


@pytest.mark.parametrize(
    ("name", "avro"),
    [("total", decimal(10, 2)), ("total", ["null", decimal(11, 1)]), ("id", "int"), ("number", "string")],
)
def test_a_column_whose_values_still_fit_is_no_difference(name: str, avro: Any) -> None:
    assert differences(ORDERS, with_column(name, avro)) == ()


def test_a_lacking_and_an_added_column_are_named() -> None:
    columns = with_column("note", ["null", "string"])
    del columns["status"]
    found = differences(ORDERS, columns)
    assert [(one.column, one.kind, one.was, one.now) for one in found] == [
        ("status", Kind.LACKING, "text", ""),
        ("note", Kind.ADDED, "", "text"),
    ]


def test_bigquerys_columns_without_a_precision_hold_what_their_type_does() -> None:
    there = Field(name="x", type="NUMERIC")
    assert fits(field_of_avro("x", decimal(12, 4)), there)
    assert not fits(field_of_avro("x", decimal(38, 20)), there)
    assert in_words(there) == "decimal"


def test_a_grown_table_keeps_its_columns_first_and_none_twice() -> None:
    table = tables.history(ORDERS)
    note = Field(name="note", type="STRING")
    grown = tables.grown(tables.grown(table, [note]), [note, table.fields[-1]])
    assert grown.fields == (*table.fields, note)
