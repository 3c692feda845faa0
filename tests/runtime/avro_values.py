"""Random values of any Avro schema, as fastavro takes them and gives them back."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import strategies as st

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = {"int": 31, "long": 63}


def values(schema: Any, named: dict[str, Any] | None = None) -> st.SearchStrategy[Any]:
    """Values of a schema as ``fastavro.parse_schema`` answers."""
    if named is None:
        named = schema.get("__named_schemas", {}) if isinstance(schema, dict) else {}
    below = partial(values, named=named)
    if isinstance(schema, list):
        return st.one_of([below(branch) for branch in schema])
    if isinstance(schema, str):
        return below(named[schema]) if schema in named else below({"type": schema})
    kind, logical = schema["type"], schema.get("logicalType")
    if kind == "record":
        return st.fixed_dictionaries({field["name"]: below(field["type"]) for field in schema["fields"]})
    if kind == "array":
        return st.lists(below(schema["items"]), max_size=3)
    if kind == "map":
        return st.dictionaries(st.text(max_size=5), below(schema["values"]), max_size=3)
    if kind == "enum":
        return st.sampled_from(schema["symbols"])
    return _logical(kind, logical, schema)


def _logical(kind: str, logical: str | None, schema: Any) -> st.SearchStrategy[Any]:
    if logical == "decimal":
        most = 10 ** schema["precision"] - 1
        return st.integers(-most, most).map(lambda number: Decimal(number).scaleb(-schema["scale"]))
    if logical == "timestamp-micros":
        return st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1))  # noqa: DTZ001
    if logical == "date":
        return st.dates()
    if kind in _NUMBERS:
        bound = 2 ** _NUMBERS[kind]
        return st.integers(-100, 100) | st.integers(-bound, bound - 1)
    return {
        "null": st.none(),
        "boolean": st.booleans(),
        "float": st.floats(width=32),
        "double": st.floats(),
        "bytes": st.binary(max_size=20),
        "string": st.text(max_size=20) | st.sampled_from(["", "x" * 70, "é" * 9000]),
    }[kind]
