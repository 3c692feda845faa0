"""What a writer's schema of a captured table has that the register has not, and the reverse. Pure.

The columns are compared as a reader meets them: ``int`` and ``bigint`` are the same to it, ``numeric(12,2)`` and
``numeric(12,4)`` are not.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.bigquery import Field, Mode, row_fields
from schemas.topic import Avro, Topic
from schemas.wire_columns import field_of_avro, named_types


class Kind(enum.Enum):
    """What happened to a column; ``LACKING`` is dropped, or not there yet: a single schema cannot tell."""

    ADDED = "added"
    LACKING = "lacking"
    RETYPED = "retyped"


@dataclass(frozen=True, slots=True)
class Difference:
    """One column that differs; ``was`` is the register's type in words, ``now`` the writer's."""

    column: str
    kind: Kind
    was: str = ""
    now: str = ""


_WORDS = {
    "STRING": "text",
    "INT64": "integer",
    "FLOAT64": "double precision",
    "BOOL": "boolean",
    "BYTES": "bytea",
    "JSON": "json",
    "DATE": "date",
    "TIME": "time",
    "DATETIME": "timestamp without time zone",
    "TIMESTAMP": "timestamp with time zone",
    "RECORD": "composite",
}


def columns_of(schema: Avro) -> dict[str, Field]:
    """The row's columns in a value's schema: Debezium's envelope around it is taken off."""
    names = named_types(schema)
    return {field["name"]: field_of_avro(field["name"], field["type"], names) for field in _row(schema)["fields"]}


def differences(topic: Topic, columns: Mapping[str, Field]) -> tuple[Difference, ...]:
    """Where a writer's columns are not those of the topic's record type, in the register's order, added ones last."""
    return between({field.name: field for field in row_fields(topic)}, columns)


def between(ours: Mapping[str, Field], columns: Mapping[str, Field]) -> tuple[Difference, ...]:
    """``differences`` for columns that were read from a schema of the register."""
    found = []
    for name, field in ours.items():
        now = columns.get(name)
        if now is None:
            found.append(Difference(name, Kind.LACKING, in_words(field)))
        elif not fits(now, field):
            found.append(Difference(name, Kind.RETYPED, in_words(field), in_words(now)))
    return (
        *found,
        *(Difference(name, Kind.ADDED, now=in_words(field)) for name, field in columns.items() if name not in ours),
    )


def fits(value: Field, column: Field) -> bool:
    """Whether every value of the one can be kept in the other, and read there as before.

    A column without a precision, as BigQuery shows one declared without, holds what its type does.
    """
    if value.precision is not None and column.type in ("NUMERIC", "BIGNUMERIC"):
        most_whole, most_scale = (29, 9) if column.type == "NUMERIC" else (38, 38)
        scale = most_scale if column.precision is None else column.scale or 0
        whole = most_whole if column.precision is None else column.precision - scale
        value_scale = value.scale or 0
        return value.mode is column.mode and value_scale <= scale and value.precision - value_scale <= whole
    return (value.type, value.mode, value.semantic) == (column.type, column.mode, column.semantic)


def in_words(field: Field) -> str:
    """A column's type as PostgreSQL's users say it."""
    kind = _WORDS.get(field.type, field.type)
    if field.type in ("NUMERIC", "BIGNUMERIC"):
        kind = "decimal" if field.precision is None else f"decimal({field.precision},{field.scale})"
    elif field.semantic == "io.debezium.data.VariableScaleDecimal":
        kind = "decimal of any size"
    return f"{kind}[]" if field.mode is Mode.REPEATED else kind


def null_as_default(schema: Avro) -> tuple[str, ...]:
    """The columns that may be NULL and have a DEFAULT, in a value's schema.

    Connect's structs give the default for a NULL in such a field, and Confluent's converter writes what they give
    unless its ``ignore.default.for.nullables`` is set, which it knows from version 7.3 on.
    """
    unions = {field["name"]: field["type"] for field in _row(schema)["fields"] if isinstance(field["type"], list)}
    # Avro wants the default's arm first
    return tuple(name for name, arms in unions.items() if "null" in arms and arms[0] != "null")


def key_of(schema: Avro) -> tuple[str, ...]:
    """The primary key's columns in a key's schema."""
    return tuple(field["name"] for field in schema["fields"])


def _row(schema: Avro) -> Avro:
    for field in schema["fields"]:
        if field["name"] in ("before", "after") and isinstance(field["type"], list):
            for arm in field["type"]:
                if isinstance(arm, dict) and arm.get("type") == "record":
                    return arm
    return schema
