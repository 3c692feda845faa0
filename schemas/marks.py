"""Marks that a record type's fields carry in ``Annotated[...]``, and the record base they are read from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doc:
    """What a field means, in one sentence; becomes the Avro ``doc`` and the BigQuery description."""

    text: str


@dataclass(frozen=True, slots=True)
class Personal:
    """The field holds personal data in the sense of LGPD art. 5; it never reaches a log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Decimals:
    """An exact decimal: ``precision`` digits in all, ``scale`` of them after the point."""

    precision: int
    scale: int


@dataclass(frozen=True, slots=True)
class Column:
    """How Debezium writes a PostgreSQL column that Avro has no type for: its semantic type's name.

    Source: https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-data-types
    """

    semantic: str


@dataclass(frozen=True, slots=True)
class Default:
    """The value an older writer's record is read with; a field without one is required."""

    value: str | int | float | bool | None
