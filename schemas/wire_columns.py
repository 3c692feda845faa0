"""The BigQuery column for a field of a writer's Avro schema, as Debezium and Confluent's converter write it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from schemas.bigquery import SEMANTICS, Field, Mode, decimal_field

_TYPES = {
    "string": "STRING",
    "int": "INT64",
    "long": "INT64",
    "float": "FLOAT64",
    "double": "FLOAT64",
    "boolean": "BOOL",
    "bytes": "BYTES",
    "fixed": "BYTES",
    "enum": "STRING",
}
_LOGICAL = {"timestamp-micros": "TIMESTAMP", "timestamp-millis": "TIMESTAMP", "date": "DATE"}
_NAMED = ("record", "enum", "fixed")
_NO_NAMES: Mapping[str, Any] = {}
_WIDEST = {"NUMERIC": 29, "BIGNUMERIC": 38}
_LARGEST_SCALE = 1000
_SCALE_BITS = 2048


def named_types(schema: Any) -> dict[str, Any]:
    """Every named type that a schema declares: Avro says it once and refers to it by its name afterwards."""
    found: dict[str, Any] = {}
    _collect(schema, "", found)
    return found


def _collect(schema: Any, namespace: str, found: dict[str, Any]) -> None:
    if isinstance(schema, list):
        for arm in schema:
            _collect(arm, namespace, found)
    elif isinstance(schema, Mapping):
        if schema.get("type") in _NAMED and "name" in schema:
            namespace, _, name = (
                schema["name"].rpartition(".")
                if "." in schema["name"]
                else (schema.get("namespace", namespace), "", schema["name"])
            )
            found[f"{namespace}.{name}" if namespace else name] = schema
        for field in schema.get("fields", ()):
            _collect(field["type"], namespace, found)
        for part in ("type", "items", "values"):
            _collect(schema.get(part), namespace, found)


def field_of_avro(name: str, avro: Any, names: Mapping[str, Any] = _NO_NAMES) -> Field:
    """The column, as the register would derive it; nullable unless an array. ``names`` holds the schema's named types.

    A type that BigQuery has nothing closer for becomes JSON.
    """
    if isinstance(avro, list):
        arms = [arm for arm in avro if arm != "null"]
        return field_of_avro(name, arms[0], names) if len(arms) == 1 else _any(name)
    if isinstance(avro, str):
        if avro in names:
            # without itself: a type that holds itself has no columns
            return field_of_avro(name, names[avro], {other: names[other] for other in names if other != avro})
        return Field(name=name, type=_TYPES[avro]) if avro in _TYPES else _any(name)
    semantic, logical, kind = avro.get("connect.name"), avro.get("logicalType"), avro["type"]
    if semantic in SEMANTICS:
        return Field(name=name, type=SEMANTICS[semantic], semantic=semantic)
    if logical == "decimal":
        return _decimal(name, avro)
    if logical in _LOGICAL:
        return Field(name=name, type=_LOGICAL[logical])
    if kind == "array":
        element = field_of_avro(name, avro["items"], names)
        nested = element.mode is Mode.REPEATED
        return _any(name) if nested else replace(element, mode=Mode.REPEATED)
    if kind == "record":
        return Field(
            name=name,
            type="RECORD",
            fields=tuple(field_of_avro(field["name"], field["type"], names) for field in avro["fields"]),
        )
    return field_of_avro(name, kind, names) if kind not in ("map", "enum", "fixed") else _plain(name, kind)


def _plain(name: str, kind: str) -> Field:
    return Field(name=name, type=_TYPES[kind]) if kind in _TYPES else _any(name)


def _any(name: str) -> Field:
    return Field(name=name, type="JSON", semantic="map")


def _decimal(name: str, avro: Mapping[str, Any]) -> Field:
    """What a decimal column of PostgreSQL needs. One too wide for BigQuery gets the widest type.

    Its values that fit are kept, and the others refused one by one: a single value must not stop the table.

    - ``numeric(5, -2)`` arrives with the scale 2046, eleven bits without their sign: it has seven digits and no point.
    - ``money`` has no precision, and arrives with one of 64 that the converter makes up.
    """
    parameters = avro.get("connect.parameters", {})
    scale = int(avro.get("scale", 0))
    told = parameters.get("connect.decimal.precision")
    precision = int(told) if told else int(avro["precision"])
    if scale > _LARGEST_SCALE:
        precision, scale = precision + _SCALE_BITS - scale, 0
    try:
        if "scale" in parameters and told is None:
            widest = decimal_field(name, scale, scale)
            return replace(widest, precision=_WIDEST[widest.type] + scale)
        return decimal_field(name, precision, scale)
    except TypeError:
        return Field(name=name, type="BIGNUMERIC", precision=76, scale=38)


def legal(schema: Any) -> Any:
    """The schema with every decimal's precision at least its scale, as Avro wants it and PostgreSQL does not.

    ``numeric(3, 5)`` is a good type of a column; a parser of Avro refuses the whole schema for it.
    https://avro.apache.org/docs/1.12.0/specification/#decimal
    """
    if isinstance(schema, list):
        return [legal(arm) for arm in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: legal(value) for key, value in schema.items()}
    if found.get("logicalType") == "decimal":
        found["precision"] = max(found["precision"], found.get("scale", 0))
    return found
