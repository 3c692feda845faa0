"""Avro schemas from record types."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, TypedDict

import pytest

from schemas.avro import record
from schemas.marks import Column, Decimals, Default, Doc

pytestmark = pytest.mark.unit


class Inner(TypedDict):
    """A part."""

    n: int


class Sample(TypedDict):
    """A sample
    over two lines."""

    text: Annotated[str, Doc("Some text.")]
    maybe: str | None
    money: Annotated[Decimal | None, Decimals(12, 2)]
    at: datetime
    kind: Literal["a", "b"]
    parts: list[Inner]
    more: list[Inner]
    late: Annotated[str, Default("x")]
    when: Annotated[str, Column("io.debezium.time.ZonedTimestamp")]


def fields() -> dict[str, dict[str, object]]:
    return {field["name"]: field for field in record(Sample, namespace="n")["fields"]}


def test_optional_fields_are_null_first_with_a_null_default() -> None:
    assert fields()["maybe"] == {"name": "maybe", "type": ["null", "string"], "default": None}


def test_decimals_are_exact() -> None:
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}
    assert fields()["money"]["type"] == ["null", decimal]


def test_times_are_in_microseconds() -> None:
    assert fields()["at"]["type"] == {"type": "long", "logicalType": "timestamp-micros"}


def test_literals_become_a_named_enum() -> None:
    assert fields()["kind"]["type"] == {"type": "enum", "name": "Kind", "namespace": "n", "symbols": ["a", "b"]}


def test_a_nested_record_is_written_once_and_then_named() -> None:
    first = fields()["parts"]["type"]
    assert isinstance(first, dict)
    assert first["items"]["fields"] == [{"name": "n", "type": "long"}]
    assert fields()["more"]["type"] == {"type": "array", "items": "n.Inner"}


def test_docs_and_defaults_are_carried() -> None:
    assert fields()["text"]["doc"] == "Some text."
    assert fields()["late"]["default"] == "x"
    assert record(Sample, namespace="n")["doc"] == "A sample over two lines."


def test_debezium_semantics_are_kept() -> None:
    assert fields()["when"]["type"] == {"type": "string", "connect.name": "io.debezium.time.ZonedTimestamp"}


def test_an_unknown_type_is_named_with_its_field() -> None:
    class Broken(TypedDict):
        bad: complex

    with pytest.raises(TypeError, match=r"Broken\.bad: Avro has no type for"):
        record(Broken, namespace="n")
