"""Random Avro schemas, schemas near them, and records of them, for property tests."""

import copy
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

PLAIN = ("boolean", "int", "long", "float", "double", "bytes", "string")
LOGICAL = (
    {"type": "long", "logicalType": "timestamp-micros"},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "int", "logicalType": "date"},
    {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
    {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 3},
)
SYMBOLS = ("a", "b", "c", "d")
FIELDS = ("one", "two", "three", "four")
_DEFAULTS: dict[str, Any] = {
    "boolean": True,
    "int": 1,
    "long": 2,
    "float": 1.5,
    "double": 2.5,
    "bytes": "x",
    "string": "y",
    "array": [],
    "map": {},
}
Draw = Any


@st.composite
def schemas(draw: Draw) -> dict[str, Any]:
    """A record of up to four fields, with nested records, enums, arrays, maps, unions and references to named types."""
    return _record(draw, "Root", 2, [])


@st.composite
def near(draw: Draw, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema after up to three changes of the kinds that people make; sometimes the same."""
    changed = copy.deepcopy(schema)
    for _ in range(draw(st.integers(0, 3))):
        _mutate(draw, changed)
    return changed


@st.composite
def values(draw: Draw, schema: Any, names: dict[str, Any] | None = None) -> Any:
    """A value of the schema, as fastavro writes it."""
    names = {} if names is None else names
    return _value(draw, schema, names, 0)


def _record(draw: Draw, name: str, depth: int, known: list[str]) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4, unique=True))
    fields = []
    for field in chosen:
        kind = _type(draw, f"{name}{field.title()}", depth, known)
        fields.append({"name": field, "type": kind, **_default(draw, kind)})
    return {"type": "record", "name": name, "namespace": "t", "fields": fields}


def _type(draw: Draw, name: str, depth: int, known: list[str]) -> Any:
    options = ["plain", "logical", "enum", "fixed", "optional", "union"]
    options += ["array", "map", "record"] if depth else []
    options += ["known"] if known else []
    match draw(st.sampled_from(options)):
        case "plain":
            return draw(st.sampled_from(PLAIN))
        case "logical":
            return dict(draw(st.sampled_from(LOGICAL)))
        case "enum":
            return _enum(draw, name, known)
        case "fixed":
            known.append(f"t.{name}")
            return {"type": "fixed", "name": name, "namespace": "t", "size": draw(st.integers(1, 2))}
        case "optional":
            return ["null", draw(st.sampled_from(PLAIN))]
        case "union":
            # bytes before string: fastavro reads with the first branch that fits, even bytes with string
            return sorted(draw(st.lists(st.sampled_from(("null", *PLAIN)), min_size=1, max_size=3, unique=True)))
        case "array":
            return {"type": "array", "items": _type(draw, f"{name}Item", depth - 1, known)}
        case "map":
            return {"type": "map", "values": _type(draw, f"{name}Item", depth - 1, known)}
        case "known":
            return draw(st.sampled_from(known))
        case _:
            record = _record(draw, name, depth - 1, known)
            known.append(f"t.{name}")
            return record


def _enum(draw: Draw, name: str, known: list[str]) -> dict[str, Any]:
    symbols = draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=4, unique=True))
    known.append(f"t.{name}")
    default = {"default": symbols[0]} if draw(st.booleans()) else {}
    return {"type": "enum", "name": name, "namespace": "t", "symbols": symbols, **default}


def _default(draw: Draw, kind: Any) -> dict[str, Any]:
    if not draw(st.booleans()):
        return {}
    if isinstance(kind, list):
        return {"default": None if kind[0] == "null" else _DEFAULTS[kind[0]]}
    if isinstance(kind, str):
        return {"default": _DEFAULTS[kind]} if kind in _DEFAULTS else {}
    return {"default": _DEFAULTS[kind["type"]]} if kind["type"] in _DEFAULTS and "logicalType" not in kind else {}


def _types(holder: Any, key: Any) -> list[tuple[Any, Any]]:
    """Where types stand: (what holds it, under which key), outermost first; a union's branches stay as they are."""
    schema = holder[key]
    if not isinstance(schema, dict):
        return [(holder, key)]
    inner = [slot for field in schema.get("fields", ()) for slot in _types(field, "type")]
    inner += [slot for each in ("items", "values") if each in schema for slot in _types(schema, each)]
    return [(holder, key), *inner]


def _mutate(draw: Draw, schema: dict[str, Any]) -> None:
    slots = _types({"root": schema}, "root")
    if draw(st.booleans()):
        _retype(draw, *draw(st.sampled_from(slots[1:])))
    else:
        records = [holder[key] for holder, key in slots if _kind(holder[key]) == "record"]
        _reshape(draw, draw(st.sampled_from(records)))


def _kind(schema: Any) -> Any:
    return schema["type"] if isinstance(schema, dict) else schema


def _retype(draw: Draw, holder: Any, key: Any) -> None:
    """Another type, as near as the one that is there allows."""
    schema = holder[key]
    holder.pop("default", None)
    match _kind(schema):
        case "enum":
            schema["symbols"] = draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=4, unique=True))
            schema.pop("default", None)
            if draw(st.booleans()):
                schema["default"] = schema["symbols"][0]
        case "fixed":
            schema["size"] = draw(st.integers(1, 2))
        case "array" | "map" | "record":
            holder[key] = draw(st.permutations(["null", schema]))
        case list() if not _names(schema):
            holder[key] = sorted(draw(st.lists(st.sampled_from(("null", *PLAIN)), min_size=1, max_size=3, unique=True)))
        case "string" | "bytes" if not isinstance(schema, dict):
            holder[key] = draw(st.sampled_from(("string", "bytes")))
        case plain if plain in PLAIN:
            holder[key] = draw(st.sampled_from((*PLAIN, *LOGICAL)))
        case _:
            pass


def _reshape(draw: Draw, record: dict[str, Any]) -> None:
    """Other fields: one dropped, added, renamed with an alias, without its default, or all in another order."""
    fields = record["fields"]
    field = draw(st.sampled_from(fields))
    match draw(st.sampled_from(("drop", "add", "alias", "shuffle", "default"))):
        case "drop" if len(fields) > 1 and not _names(field["type"]):
            fields.remove(field)
        case "add" if free := [name for name in FIELDS if name not in {each["name"] for each in fields}]:
            kind = draw(st.sampled_from(PLAIN))
            fields.append({"name": draw(st.sampled_from(free)), "type": kind, **_default(draw, kind)})
        case "alias":
            field["aliases"] = [field["name"]]
            field["name"] = draw(st.sampled_from([f"renamed_{field['name']}", *FIELDS]))
            if [each["name"] for each in fields].count(field["name"]) > 1:
                field["name"] = field.pop("aliases")[0]
        case "shuffle" if not any(_names(each["type"]) for each in fields):
            record["fields"] = draw(st.permutations(fields))
        case "default":
            field.pop("default", None)
        case _:
            field["doc"] = "words"


def _names(schema: Any) -> bool:
    """Whether a type defines names, which may not go or move before what refers to them."""
    if isinstance(schema, list):
        return any(_names(arm) for arm in schema)
    if not isinstance(schema, dict):
        return False
    return schema["type"] in ("enum", "fixed", "record") or any(_names(schema.get(key)) for key in ("items", "values"))


def _value(draw: Draw, schema: Any, names: dict[str, Any], depth: int) -> Any:
    if isinstance(schema, list):
        return _value(draw, draw(st.sampled_from(schema)), names, depth)
    if isinstance(schema, str):
        return draw(_PLAIN_VALUES[schema]) if schema in _PLAIN_VALUES else _value(draw, names[schema], names, depth)
    if "name" in schema:
        names[f"t.{schema['name']}"] = schema
    match schema["type"]:
        case "record":
            return {field["name"]: _value(draw, field["type"], names, depth) for field in schema["fields"]}
        case "enum":
            return draw(st.sampled_from(schema["symbols"]))
        case "fixed":
            return draw(st.binary(min_size=schema["size"], max_size=schema["size"]))
        case "array":
            return [_value(draw, schema["items"], names, depth)]
        case "map":
            return {"key": _value(draw, schema["values"], names, depth)}
        case "bytes" if schema.get("logicalType") == "decimal":
            return draw(st.integers(-(10**6), 10**6)) * Decimal(10) ** -schema["scale"]
        case kind:
            return draw(_PLAIN_VALUES[kind])


_PLAIN_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(0, 1000),
    "long": st.integers(0, 10**12),
    "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "bytes": st.binary(max_size=4),
    "string": st.text(max_size=4),
}
