"""Columns and values that the emulator cannot hold, and what PostgreSQL allows that Avro or BigQuery do not."""

import json
from decimal import Decimal
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadRecord
from schemas import evolution
from schemas.bigquery import Field, Mode
from schemas.wire_columns import field_of_avro, legal
from sinks.bigquery.rows import RowEncoder
from tests.bigquery.test_rows import decoded

pytestmark = pytest.mark.unit


def written_decimal(precision: int, scale: int, *, told: bool = True) -> dict[str, Any]:
    """A decimal column as Confluent's converter registers it."""
    parameters = {"scale": str(scale)} | ({"connect.decimal.precision": str(precision)} if told else {})
    return {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": precision,
        "scale": scale,
        "connect.parameters": parameters,
    }


def one(field: Field, value: Any) -> Any:
    encoder = RowEncoder([field])
    return getattr(decoded(encoder, encoder.encode({field.name: value})), field.name)


def cause(field: Field, value: Any) -> str:
    with pytest.raises(BadRecord) as refused:
        RowEncoder([field]).encode({field.name: value})
    assert str(value) not in str(refused.value)
    return refused.value.cause


@pytest.mark.parametrize(
    ("avro", "kind", "precision", "scale"),
    [
        (written_decimal(12, 2), "NUMERIC", 12, 2),
        (written_decimal(38, 9), "NUMERIC", 38, 9),
        (written_decimal(29, 0), "NUMERIC", 29, 0),
        (written_decimal(30, 0), "BIGNUMERIC", 30, 0),
        (written_decimal(12, 10), "BIGNUMERIC", 12, 10),
        (written_decimal(76, 38), "BIGNUMERIC", 76, 38),
        (written_decimal(90, 5), "BIGNUMERIC", 76, 38),
        (written_decimal(60, 50), "BIGNUMERIC", 76, 38),
        # numeric(3, 5) and numeric(5, -2), which Debezium writes with its scale's eleven bits
        (written_decimal(3, 5), "NUMERIC", 5, 5),
        (written_decimal(5, 2046), "NUMERIC", 7, 0),
        # money
        (written_decimal(64, 2, told=False), "NUMERIC", 31, 2),
    ],
)
def test_a_decimal_gets_the_type_that_holds_it(avro: Any, kind: str, precision: int, scale: int) -> None:
    field = field_of_avro("x", avro)
    assert (field.type, field.precision, field.scale) == (kind, precision, scale)


@pytest.mark.parametrize("avro", [written_decimal(3, 5), written_decimal(5, 2046)])
def test_a_scale_beyond_the_precision_can_be_read(avro: Any) -> None:
    """Avro forbids it and PostgreSQL does not; a parser that refused would stop every table."""
    schema = {"type": "record", "name": "Row", "fields": [{"name": "x", "type": ["null", avro]}]}
    with pytest.raises(fastavro.schema.SchemaParseException):
        fastavro.parse_schema(schema)
    fastavro.parse_schema(legal(schema))
    (column,) = evolution.columns_of(legal(schema)).values()
    assert (column.type, column.scale) == ("NUMERIC", 5 if avro["scale"] == 5 else 0)


BIG = field_of_avro("x", written_decimal(90, 5))


@given(st.integers(-(10**76) + 1, 10**76 - 1))
def test_a_bignumeric_reaches_the_wire_digit_by_digit(number: int) -> None:
    # comparing decimals is exact, whatever their length
    assert Decimal(one(BIG, Decimal(f"{number}E-38"))) == Decimal(f"{number}E-38")


@pytest.mark.parametrize(
    "text", ["1e38", "-1e38", "1e-39", "99999999999999999999999999999999999999.999999999999999999999999999999999999991"]
)
def test_what_a_bignumeric_cannot_hold_is_refused_and_not_rounded(text: str) -> None:
    assert cause(BIG, Decimal(text)) == "value-out-of-range"


def test_trailing_zeros_are_no_digits() -> None:
    hundreds = field_of_avro("x", written_decimal(5, 2046))
    assert one(hundreds, Decimal("12300." + "0" * 2046)) == "12300"
    assert cause(hundreds, Decimal("12300." + "0" * 2045 + "1")) == "value-out-of-range"


ANY = {
    "type": "record",
    "name": "VariableScaleDecimal",
    "namespace": "io.debezium.data",
    "connect.name": "io.debezium.data.VariableScaleDecimal",
    "fields": [{"name": "scale", "type": "int"}, {"name": "value", "type": "bytes"}],
}
POINT = {
    "type": "record",
    "name": "Point",
    "namespace": "io.debezium.data.geometry",
    "fields": [{"name": "x", "type": "double"}, {"name": "wkb", "type": ["null", "bytes"]}],
}


def test_a_type_that_was_named_before_is_the_same_type() -> None:
    """Avro declares a record once; the second column of that type only names it."""
    schema = {
        "type": "record",
        "name": "Row",
        "fields": [
            {"name": "price", "type": ["null", ANY]},
            {
                "name": "prices",
                "type": ["null", {"type": "array", "items": ["null", "io.debezium.data.VariableScaleDecimal"]}],
            },
            {"name": "here", "type": ["null", POINT]},
            {"name": "there", "type": ["null", "io.debezium.data.geometry.Point"]},
        ],
    }
    columns = evolution.columns_of(schema)
    assert [(one.type, one.mode) for one in columns.values()] == [
        ("STRING", Mode.NULLABLE),
        ("STRING", Mode.REPEATED),
        ("RECORD", Mode.NULLABLE),
        ("RECORD", Mode.NULLABLE),
    ]
    assert columns["there"].fields == columns["here"].fields
    assert list(one(columns["prices"], [{"scale": 2, "value": b"\x0b"}])) == ["0.11"]
    there = one(columns["there"], {"x": 1.5, "wkb": b"\x01"})
    assert (there.x, there.wkb) == (1.5, b"\x01")


def test_a_type_that_holds_itself_ends_in_json() -> None:
    node = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}
    schema = {"type": "record", "name": "Row", "fields": [{"name": "head", "type": node}]}
    (inner,) = evolution.columns_of(schema)["head"].fields
    (innermost,) = inner.fields
    assert (inner.type, innermost.type) == ("RECORD", "JSON")


JSON = Field(name="x", type="JSON", semantic="io.debezium.data.Json")


@pytest.mark.parametrize(
    "text",
    [
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "0.1",
        "1.10",
        "1e300",
        "100000000000000000000",
        "2.5000000000000000000000",
        '"12345678901234567890123"',
    ],
)
def test_json_keeps_numbers_that_bigquery_keeps(text: str) -> None:
    assert one(JSON, f'{{"n": {text}}}') == f'{{"n": {text}}}'


@pytest.mark.parametrize(
    "text",
    ["18446744073709551616.5", "123456789012345678901", "0.12345678901234567890", "1e999", "-9223372036854775809"],
)
def test_json_with_a_number_that_would_be_rounded_is_refused(text: str) -> None:
    assert cause(JSON, f'{{"n": {text}}}') == "value-out-of-range"


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**64 - 1))
def test_json_of_any_double_or_64_bits_passes(number: float | int) -> None:
    text = json.dumps([number])
    assert one(JSON, text) == text


MAP = Field(name="x", type="JSON", semantic="map")


def test_what_has_no_column_type_of_its_own_becomes_json_exactly() -> None:
    value = {"raw": b"\x00\xff", "price": Decimal("1.10"), "all": [1, None, "ç"]}
    assert one(MAP, value) == '{"raw":"AP8=","price":"1.10","all":[1,null,"ç"]}'
    assert cause(MAP, {"n": float("nan")}) == "value-out-of-range"
