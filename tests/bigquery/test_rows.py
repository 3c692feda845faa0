"""What a record becomes in BigQuery, value by value; what BigQuery cannot hold is refused, never rounded."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any, TypedDict

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadRecord
from schemas import bigquery as tables
from schemas.captured import CAPTURED
from schemas.events import ORDER_STATUS_CHANGED
from schemas.marks import Column, Decimals, Doc, Personal
from schemas.topic import Table, Topic
from schemas.topics import TOPICS
from sinks.bigquery.rows import RowEncoder
from sinks.bigquery.upserts import sequence_number, upsert_of

pytestmark = pytest.mark.unit


class Part(TypedDict):
    """A nested record."""

    code: str
    amount: Annotated[Decimal, Decimals(12, 2)]


class Everything(TypedDict):
    """One column of each kind."""

    id: Annotated[int, Doc("The key.")]
    price: Annotated[Decimal | None, Decimals(12, 2), Doc("BRL.")]
    exact: Annotated[Decimal | None, Decimals(38, 20)]
    ratio: float | None
    flag: bool | None
    name: Annotated[str | None, Doc("Who."), Personal("name")]
    raw: bytes | None
    day: Annotated[int | None, Column("io.debezium.time.Date")]
    at: Annotated[str | None, Column("io.debezium.time.ZonedTimestamp")]
    local: Annotated[int | None, Column("io.debezium.time.MicroTimestamp")]
    hour: Annotated[int | None, Column("io.debezium.time.MicroTime")]
    document: Annotated[str | None, Column("io.debezium.data.Json")]
    tags: list[str | None] | None
    parts: list[Part] | None
    labels: dict[str, str] | None
    born: date | None
    seen: datetime | None


TOPIC = Topic(
    name="cdc.test.public.everything",
    value=Everything,
    description="Everything.",
    owner="test",
    producers=("connectors.postgres",),
    table=Table(database="test", schema="public", name="everything", primary_key=("id",)),
)
FIELDS = tables.row_fields(TOPIC)
ENCODER = RowEncoder(FIELDS)


def decoded(encoder: RowEncoder, data: bytes) -> Any:
    """The row as BigQuery would read it: by the descriptor that the writer sends."""
    file = descriptor_pb2.FileDescriptorProto(name="read.proto", syntax="proto2")
    file.message_type.add().CopyFrom(encoder.descriptor)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Row")).FromString(data)


def one(column: str, value: Any) -> Any:
    row = decoded(ENCODER, ENCODER.encode({"id": 1, column: value}))
    return getattr(row, column) if value is not None else row.HasField(column)


def test_the_types_follow_from_the_marks() -> None:
    kinds = {field.name: (field.type, field.precision, field.scale) for field in FIELDS}
    assert kinds["price"] == ("NUMERIC", 12, 2)
    assert [kinds[name][0] for name in ("day", "at", "local", "hour", "document", "labels", "born", "seen")] == [
        "DATE",
        "TIMESTAMP",
        "DATETIME",
        "TIME",
        "JSON",
        "JSON",
        "DATE",
        "TIMESTAMP",
    ]
    parts = next(field for field in FIELDS if field.name == "parts")
    assert (parts.type, parts.mode, [inner.type for inner in parts.fields]) == (
        "RECORD",
        tables.Mode.REPEATED,
        ["STRING", "NUMERIC"],
    )


def test_a_decimal_too_wide_for_numeric_is_a_bignumeric_and_one_too_wide_for_both_is_refused() -> None:
    assert next(field for field in FIELDS if field.name == "exact").type == "BIGNUMERIC"

    class Wide(TypedDict):
        x: Annotated[Decimal, Decimals(60, 5)]

    with pytest.raises(TypeError, match=r"Wide\.x: BigQuery has no decimal of 60 digits"):
        tables.row_fields(Topic(name="x", value=Wide, description="", owner="", producers=()))


def test_descriptions_name_personal_data() -> None:
    name = next(field for field in FIELDS if field.name == "name")
    assert (name.description, name.personal) == ("Who. Personal data: name.", "name")


@pytest.mark.parametrize(
    ("column", "value", "wire"),
    [
        ("price", Decimal("-1234567890.12"), "-1234567890.12"),
        ("price", Decimal("1E+3"), "1000"),
        ("price", Decimal("1.500"), "1.50"),
        ("flag", False, False),
        ("raw", b"\x00\xff", b"\x00\xff"),
        ("day", -719162, -719162),
        ("at", "2026-03-01T12:00:00.000001Z", 1772366400000001),
        ("at", "1969-12-31T23:59:59.999999Z", -1),
        ("at", "2026-03-01T09:00:00-03:00", 1772366400000000),
        ("local", 1772366400000001, "2026-03-01 12:00:00.000001"),
        ("hour", 86_399_999_999, "23:59:59.999999"),
        ("document", '{"a": [1, null]}', '{"a": [1, null]}'),
        ("labels", {"a": "b"}, '{"a":"b"}'),
        ("born", date(1, 1, 1), -719162),
        ("seen", datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=-3))), 1772366400000000),
    ],
)
def test_values_reach_the_wire_exactly(column: str, value: Any, wire: Any) -> None:
    assert one(column, value) == wire


@pytest.mark.parametrize("column", ["price", "flag", "name", "raw", "day", "at", "document", "seen"])
def test_null_is_unset_and_not_a_default(column: str) -> None:
    assert one(column, None) is False


def test_empty_and_null_arrays_are_the_same() -> None:
    assert ENCODER.encode({"id": 1, "tags": None}) == ENCODER.encode({"id": 1, "tags": []})
    assert list(one("tags", ["b", "a", ""])) == ["b", "a", ""]


def test_nested_records_are_messages() -> None:
    (part,) = one("parts", [{"code": "a", "amount": Decimal("1.10")}])
    assert (part.code, part.amount) == ("a", "1.10")


@pytest.mark.parametrize(
    ("column", "value", "cause"),
    [
        ("id", 2**63, "value-out-of-range"),
        ("price", Decimal("10000000000"), "value-out-of-range"),
        ("price", Decimal("0.001"), "value-out-of-range"),
        ("price", Decimal("NaN"), "value-out-of-range"),
        ("price", Decimal("Infinity"), "value-out-of-range"),
        ("day", 2_932_897, "value-out-of-range"),
        ("day", 2**31 - 1, "value-out-of-range"),
        ("at", "+292278994-08-16T23:00:00Z", "value-out-of-range"),
        ("at", "-4713-11-24T00:00:00Z", "value-out-of-range"),
        ("at", "2026-03-01T12:00:00.0000001Z", "value-out-of-range"),
        ("at", "2026-03-01T12:00:00", "value-out-of-range"),
        ("at", "0001-01-01T00:00:00+05:00", "value-out-of-range"),
        ("local", 2**63 - 1, "value-out-of-range"),
        ("hour", 86_400_000_000, "value-out-of-range"),
        ("document", "{not json", "value-out-of-range"),
        ("name", "\ud800", "value-out-of-range"),
        ("tags", ["a", None], "null-in-array"),
        ("parts", [{"code": "a", "amount": Decimal("0.001")}], "value-out-of-range"),
        ("flag", "secret", "unexpected-value"),
        ("price", "secret", "unexpected-value"),
        ("added_later", 1, "unknown-column"),
    ],
)
def test_what_bigquery_cannot_hold_is_refused_and_not_quoted(column: str, value: Any, cause: str) -> None:
    with pytest.raises(BadRecord) as refused:
        ENCODER.encode({"id": 1, column: value})
    assert refused.value.cause == cause
    assert "secret" not in str(refused.value)


@given(st.decimals(min_value=-9999999999, max_value=9999999999, places=2))
def test_every_decimal_that_fits_survives(value: Decimal) -> None:
    assert Decimal(one("price", value)) == value


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_survives(value: datetime) -> None:
    stored = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=one("seen", value))
    assert stored == value
    assert one("at", value.isoformat().replace("+00:00", "Z")) == one("seen", value)


WHOLE = st.fixed_dictionaries(
    {"id": st.integers(-(2**63), 2**63 - 1)},
    optional={
        "price": st.none() | st.decimals(min_value=-9999999999, max_value=9999999999, places=2),
        "ratio": st.none() | st.floats(),
        "flag": st.none() | st.booleans(),
        "name": st.none() | st.text(),
        "raw": st.none() | st.binary(),
        "hour": st.none() | st.integers(-1, 86_400_000_000),
        "tags": st.none() | st.lists(st.text(max_size=3), max_size=3),
        "parts": st.none() | st.lists(st.just({"code": "a", "amount": Decimal("1.10")}), max_size=2),
        "extra": st.just(1),
    },
)


@given(WHOLE)
def test_the_quick_way_writes_what_the_careful_one_does(row: dict[str, Any]) -> None:
    def outcome(encode: Callable[[dict[str, Any]], bytes]) -> object:
        try:
            return encode(row)
        except BadRecord as bad:
            return bad.cause, bad.reason

    assert outcome(ENCODER.encode) == outcome(ENCODER._carefully)


def test_every_topic_of_the_register_has_tables() -> None:
    for topic in TOPICS:
        RowEncoder(tables.history(topic).fields)


def test_events_have_one_table_and_captured_tables_have_three_names() -> None:
    orders = CAPTURED["orders"]
    assert tables.current(ORDER_STATUS_CHANGED) is None
    assert tables.history_name(ORDER_STATUS_CHANGED) == "orders_status_changed_v1"
    names = (tables.history_name(orders), tables.current_name(orders), tables.view_name(orders))
    assert names == ("orders_history", "orders", "orders_current")


def test_sequence_numbers_are_hexadecimal_sections_in_the_order_of_versions() -> None:
    assert sequence_number(255, 16) == "FF/10"
    assert sequence_number(2**64 - 1, 0) == "FFFFFFFFFFFFFFFF/0"
    for lsn, offset in ((-1, 0), (0, -1), (2**64, 0)):
        with pytest.raises(ValueError, match="64 bits"):
            sequence_number(lsn, offset)


@given(*[st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))] * 2)
def test_bigquery_orders_sequence_numbers_as_we_order_versions(one: tuple[int, int], two: tuple[int, int]) -> None:
    """BigQuery compares section by section, each as a number."""

    def as_bigquery(text: str) -> list[int]:
        sections = text.split("/")
        assert all(1 <= len(section) <= 16 for section in sections)
        return [int(section, 16) for section in sections]

    assert (as_bigquery(sequence_number(*one)) < as_bigquery(sequence_number(*two))) == (one < two)


def test_an_upsert_carries_the_change_columns_and_a_delete_is_a_marked_row() -> None:
    table = tables.current(TOPIC)
    assert table is not None
    row = {
        "_topic": TOPIC.name,
        "_kafka_partition": 0,
        "_offset": 16,
        "_lsn": 255,
        "_op": "d",
        "_commit_ts": 1,
        "id": 9,
    }
    encoder = RowEncoder(table.fields, change_columns=True)
    stored = decoded(encoder, encoder.encode(upsert_of(table, row)))
    assert (stored._CHANGE_TYPE, stored._CHANGE_SEQUENCE_NUMBER) == ("UPSERT", "FF/10")
    assert (stored.id, stored._deleted, stored.HasField("name")) == (9, True, False)
