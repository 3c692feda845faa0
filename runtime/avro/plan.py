"""From a writer's schema, and the fields that somebody reads, to the columns that read many of its records."""

from collections.abc import Mapping, Sequence
from typing import Any

import fastavro
from fastavro.read import LOGICAL_READERS
from fastavro.schema import UnknownType

from runtime.avro.columns import (
    Amount,
    Boolean,
    Column,
    Each,
    Fields,
    Logical,
    Long,
    Null,
    Nullable,
    Octet,
    Real,
    Symbol,
    Text,
)
from runtime.avro.octets import IrregularError, Octets
from runtime.avro.wanted import Wanted

_PRIMITIVES: Mapping[str, Column] = {
    "null": Null(),
    "boolean": Boolean(),
    "int": Long(),
    "long": Long(),
    "float": Real(4),
    "double": Real(8),
    "bytes": Octet(),
    "string": Text(),
}


def plan(schema: Any, wanted: Wanted) -> "Plan | None":
    """How to read a schema's records; ``None`` for one that cannot be planned. See ``Plan``."""
    try:
        return Plan(schema, wanted)
    except (IrregularError, KeyError):
        return None


class Plan:
    """Reads records of one schema. Stateless once it is made."""

    def __init__(self, schema: Any, wanted: Wanted) -> None:
        """``schema`` as ``fastavro.parse_schema`` answers. Raises ``IrregularError`` for one that holds itself."""
        self._named: Mapping[str, Any] = schema.get("__named_schemas", {}) if isinstance(schema, dict) else {}
        self._column = self._of(schema, wanted, ())

    def read(self, texts: Sequence[bytes], skipped: int) -> list[Any]:
        """The value of each text, at least one, from its byte ``skipped`` on.

        What is not wanted is stepped over, not looked at: text there need not be UTF-8. Raises ``IrregularError``, or
        whatever wrong bytes lead to, when any is not a record of the schema.
        """
        octets = Octets(texts, skipped)
        values, at = self._column.read(octets, octets.starts)
        if not octets.settled(at):
            raise IrregularError("a record that is shorter or longer than its bytes")
        return values

    def _of(self, schema: Any, wanted: Wanted, inside: tuple[str, ...]) -> Column:
        if isinstance(schema, str):
            return _PRIMITIVES.get(schema) or self._of(self._named[schema], wanted, inside)
        if isinstance(schema, list):
            return self._union(schema, wanted, inside)
        if schema["type"] == "record":
            return self._record(schema, wanted, inside)
        if schema["type"] == "enum":
            return Symbol(schema["symbols"])
        if isinstance(schema["type"], str) and schema["type"] in _PRIMITIVES:
            return _logical(schema)
        return self._each(schema)

    def _union(self, schema: list[Any], wanted: Wanted, inside: tuple[str, ...]) -> Column:
        if len(schema) != 2 or "null" not in schema:
            return self._each(schema)
        null = schema.index("null")
        return Nullable(self._of(schema[1 - null], wanted, inside), null)

    def _record(self, schema: Any, wanted: Wanted, inside: tuple[str, ...]) -> Column:
        if schema["name"] in inside:
            raise IrregularError(f"{schema['name']} holds itself")
        fields = []
        for field in schema["fields"]:
            below = _below(field["name"], wanted)
            column = self._of(field["type"], below, (*inside, schema["name"]))
            fields.append((field["name"], column, below is None or bool(below)))
        return Fields(fields)

    def _each(self, schema: Any) -> Column:
        try:
            return Each(fastavro.parse_schema(schema))
        except UnknownType as error:
            raise IrregularError(f"a type within {error} that only the whole schema knows") from error


def _below(name: str, wanted: Wanted) -> Wanted:
    if wanted is None or name in wanted:
        return None
    return frozenset(path.removeprefix(f"{name}.") for path in wanted if path.startswith(f"{name}."))


def _logical(schema: Any) -> Column:
    inner, logical = _PRIMITIVES[schema["type"]], schema.get("logicalType")
    reader = LOGICAL_READERS.get(f"{schema['type']}-{logical}")
    if reader is None:
        return inner
    if (schema["type"], logical) == ("bytes", "decimal"):
        return Amount(schema["precision"], schema.get("scale", 0))
    return Logical(inner, reader, schema)
