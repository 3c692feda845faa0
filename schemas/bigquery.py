"""The BigQuery tables of a topic, derived from its record type: plain data, for whoever creates or fills them."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from schemas.avro import is_optional, required, split
from schemas.marks import Column, Decimals, Doc, Personal
from schemas.topic import Topic

MOST_KEY_COLUMNS = 16
"""BigQuery's limit: https://cloud.google.com/bigquery/docs/change-data-capture#limitations"""
TRUNCATED = "t"
"""The operation of a record that says that a whole table was emptied."""
STATION = "sinks.bigquery"
"""The consumer's name in the register: a topic that lists it is taken into the warehouse."""


class Mode(enum.Enum):
    """Whether a column may be null, and whether it is an array."""

    NULLABLE = "NULLABLE"
    REQUIRED = "REQUIRED"
    REPEATED = "REPEATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column.

    ``type`` is BigQuery's standard SQL name. ``semantic`` says how the value arrives where the type does not:
    Debezium's name for it, ``micros`` (since the epoch) or ``map``. ``personal`` is why the column is personal data.
    """

    name: str
    type: str
    description: str = ""
    mode: Mode = Mode.NULLABLE
    precision: int | None = None
    scale: int | None = None
    fields: tuple["Field", ...] = ()
    semantic: str | None = None
    personal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseTable:
    """One table; ``clustering`` holds at most four columns (BigQuery's limit).

    BigQuery is not told of a ``primary_key`` of more than ``MOST_KEY_COLUMNS``; rows are merged by it.
    """

    name: str
    description: str
    fields: tuple[Field, ...]
    partition_by_day: str | None = None
    clustering: tuple[str, ...] = ()
    primary_key: tuple[str, ...] = ()


# `_partition` would be the natural name, but BigQuery refuses every column whose name begins with `_PARTITION`.
POSITION = (
    Field(name="_topic", type="STRING", description="The Kafka topic the row came from."),
    Field(name="_kafka_partition", type="INT64", description="The topic's partition."),
    Field(name="_offset", type="INT64", description="The record's offset; with the partition it names the record."),
)
VERSION = (
    Field(name="_lsn", type="INT64", description="The change's position in the source's log: a higher one is newer."),
    Field(
        name="_op",
        type="STRING",
        description="c inserted, u updated, d deleted (only the key is kept), r read by a snapshot, "
        "t the whole table was emptied by TRUNCATE.",
    ),
    Field(
        name="_commit_ts",
        type="TIMESTAMP",
        semantic="micros",
        description="When the change was committed at its source.",
    ),
)
DELETED = Field(name="_deleted", type="BOOL", description="The row is gone; kept so that a late update stays out.")

_SCALARS: dict[type, str] = {
    str: "STRING",
    int: "INT64",
    float: "FLOAT64",
    bool: "BOOL",
    bytes: "BYTES",
    date: "DATE",
    datetime: "TIMESTAMP",
}
# https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-data-types
SEMANTICS = {
    "io.debezium.time.Date": "DATE",
    "io.debezium.time.ZonedTimestamp": "TIMESTAMP",
    "io.debezium.time.Timestamp": "DATETIME",
    "io.debezium.time.MicroTimestamp": "DATETIME",
    "io.debezium.time.Time": "TIME",
    "io.debezium.time.MicroTime": "TIME",
    "io.debezium.data.Json": "JSON",
    # numeric without a precision: BigQuery has no column that holds them all, text holds each exactly
    "io.debezium.data.VariableScaleDecimal": "STRING",
}


def table_name(topic: Topic) -> str:
    """The table's name: the captured table's, else the topic's with underscores."""
    return topic.table.name if topic.table else topic.name.replace(".", "_").replace("-", "_")


def history_name(topic: Topic) -> str:
    """The append-only table: ``<table>_history`` of a captured table; events have no other, so no suffix."""
    return f"{table_name(topic)}_history" if topic.table else table_name(topic)


def current_name(topic: Topic) -> str:
    """The table of one row a key, behind the view."""
    return table_name(topic)


def view_name(topic: Topic) -> str:
    """What analysts read: the newest state at once."""
    return f"{table_name(topic)}_current"


def history(topic: Topic) -> WarehouseTable:
    """The append-only table: one row a Kafka record."""
    return WarehouseTable(
        name=history_name(topic),
        description=f"{topic.description} One row a record, never changed. Topic {topic.name}.",
        fields=(*POSITION, *VERSION, *row_fields(topic)),
        partition_by_day="_commit_ts",
        clustering=("_kafka_partition", "_offset"),
    )


def current(topic: Topic) -> WarehouseTable | None:
    """The table of one row a key; ``None`` for events and for a captured table without a primary key."""
    if topic.table is None or not topic.table.primary_key:
        return None
    key = topic.table.primary_key
    return WarehouseTable(
        name=current_name(topic),
        description=f"{topic.description} One row a key, deleted ones too; read {view_name(topic)}.",
        fields=(*(field for field in (*POSITION, *VERSION) if field.name != "_topic"), DELETED, *row_fields(topic)),
        clustering=key[:4],
        primary_key=key,
    )


def row_fields(topic: Topic) -> tuple[Field, ...]:
    """The record type's columns, all nullable: a delete keeps only the key, an older row lacks a newer column.

    Raises ``TypeError`` naming the field for an annotation BigQuery cannot hold.
    """
    return _fields(topic.value)


def grown(table: WarehouseTable, extra: Iterable[Field]) -> WarehouseTable:
    """The table with those of the columns that it lacks, after its own."""
    have = {field.name for field in table.fields}
    return replace(table, fields=(*table.fields, *(field for field in extra if field.name not in have)))


@cache
def _fields(cls: type) -> tuple[Field, ...]:
    found = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        try:
            found.append(_field(name, hint))
        except TypeError as error:
            raise TypeError(f"{cls.__name__}.{name}: {error}") from error
    return tuple(found)


def _field(name: str, hint: Any) -> Field:
    inner, marks = split(hint)
    field = _typed(name, required(inner) if is_optional(inner) else inner, marks)
    description = next((mark.text for mark in marks if isinstance(mark, Doc)), "")
    personal = next((mark.reason for mark in marks if isinstance(mark, Personal)), None)
    if personal:
        description = f"{description} Personal data: {personal}."
    return replace(field, description=description, personal=personal)


def _typed(name: str, hint: Any, marks: tuple[Any, ...]) -> Field:
    semantic = next((mark.semantic for mark in marks if isinstance(mark, Column)), None)
    if semantic in SEMANTICS:
        return Field(name=name, type=SEMANTICS[semantic], semantic=semantic)
    if hint is Decimal:
        return _decimal(name, marks)
    if hint in _SCALARS:
        return Field(name=name, type=_SCALARS[hint])
    origin = get_origin(hint)
    if origin is Literal:
        return Field(name=name, type="STRING")
    if origin is dict:
        return Field(name=name, type="JSON", semantic="map")
    if origin is list:
        return _repeated(name, get_args(hint)[0])
    if is_typeddict(hint):
        return Field(name=name, type="RECORD", fields=_fields(hint))
    raise TypeError(f"BigQuery has no type for {hint!r}")


def _repeated(name: str, element: Any) -> Field:
    inner, marks = split(element)
    field = _typed(name, required(inner) if is_optional(inner) else inner, marks)
    if field.mode is Mode.REPEATED:
        raise TypeError("BigQuery has no array of arrays")
    return replace(field, mode=Mode.REPEATED)


def _decimal(name: str, marks: tuple[Any, ...]) -> Field:
    mark = next((mark for mark in marks if isinstance(mark, Decimals)), None)
    if mark is None:
        raise TypeError("a Decimal needs a Decimals(precision, scale) mark")
    return decimal_field(name, mark.precision, mark.scale)


def decimal_field(name: str, precision: int, scale: int) -> Field:
    """The column for exact decimals of that precision and scale (PostgreSQL's, so that either may be the larger).

    NUMERIC holds 29 digits before the point and 9 after, BIGNUMERIC 38 and 38. Raises ``TypeError`` for one that needs
    more.
    """
    whole = max(precision - scale, 0)
    for kind, most_whole, most_scale in (("NUMERIC", 29, 9), ("BIGNUMERIC", 38, 38)):
        if whole <= most_whole and scale <= most_scale:
            return Field(name=name, type=kind, precision=whole + scale, scale=scale)
    raise TypeError(f"BigQuery has no decimal of {precision} digits, {scale} of them after the point")
