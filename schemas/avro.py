"""The Avro schema of a record type."""

import types
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from schemas.marks import Column, Decimals, Default, Doc
from schemas.topic import Avro

UNKNOWN = "unknown"
"""The symbol that stands for those a reader does not know."""
_PRIMITIVES: dict[type, Any] = {str: "string", int: "long", float: "double", bool: "boolean", bytes: "bytes"}
_DEBEZIUM_INTS = {"io.debezium.time.Date": "int", "int16": {"type": "int", "connect.type": "int16"}, "int32": "int"}


def record(cls: type, *, namespace: str, name: str | None = None) -> Avro:
    """The Avro record of a ``TypedDict``.

    Raises ``TypeError`` naming the field for an annotation that Avro cannot express.
    """
    seen: set[str] = set()
    return _record(cls, namespace, name or cls.__name__, seen)


def _record(cls: type, namespace: str, name: str, seen: set[str]) -> Avro:
    seen.add(name)
    fields = []
    for field, hint in get_type_hints(cls, include_extras=True).items():
        try:
            fields.append(_field(field, hint, namespace, seen))
        except TypeError as error:
            raise TypeError(f"{cls.__name__}.{field}: {error}") from error
    schema: Avro = {"type": "record", "name": name, "namespace": namespace, "fields": fields}
    if cls.__doc__:
        schema["doc"] = " ".join(cls.__doc__.split())
    return schema


def _field(name: str, hint: Any, namespace: str, seen: set[str]) -> Avro:
    inner, marks = split(hint)
    field: Avro = {"name": name, "type": _type(inner, marks, namespace, seen, name)}
    for mark in marks:
        if isinstance(mark, Doc):
            field["doc"] = mark.text
        if isinstance(mark, Default):
            field["default"] = mark.value
    if is_optional(inner) and "default" not in field:
        field["default"] = None
    return field


def split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation's type and its marks."""
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        return inner, tuple(marks)
    return hint, ()


def is_optional(hint: Any) -> bool:
    """Whether the annotation is ``T | None``."""
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def required(hint: Any) -> Any:
    """``T`` of ``T | None``; any other annotation unchanged."""
    if not is_optional(hint):
        return hint
    rest = [arm for arm in get_args(hint) if arm is not type(None)]
    if len(rest) != 1:
        raise TypeError("a union may hold one type and None")
    return rest[0]


def _type(hint: Any, marks: tuple[Any, ...], namespace: str, seen: set[str], field: str) -> Any:
    if is_optional(hint):
        return ["null", _type(required(hint), marks, namespace, seen, field)]
    semantic = next((mark.semantic for mark in marks if isinstance(mark, Column)), None)
    if semantic in _DEBEZIUM_INTS:
        return _named(_DEBEZIUM_INTS[semantic], semantic)
    if hint is Decimal:
        return _decimal(marks)
    if hint is datetime:
        return {"type": "long", "logicalType": "timestamp-micros"}
    if hint is date:
        return {"type": "int", "logicalType": "date"}
    if hint in _PRIMITIVES:
        return _named(_PRIMITIVES[hint], semantic)
    return _complex(hint, namespace, seen, field)


def _named(base: Any, semantic: str | None) -> Any:
    if semantic is None or "." not in semantic:
        return base
    return {"type": base, "connect.name": semantic}


def _decimal(marks: tuple[Any, ...]) -> Avro:
    for mark in marks:
        if isinstance(mark, Decimals):
            return {"type": "bytes", "logicalType": "decimal", "precision": mark.precision, "scale": mark.scale}
    raise TypeError("a Decimal needs a Decimals(precision, scale) mark")


def _complex(hint: Any, namespace: str, seen: set[str], field: str) -> Any:
    origin = get_origin(hint)
    if origin is Literal:
        name = "".join(part.title() for part in field.split("_"))
        enum: Avro = {"type": "enum", "name": name, "namespace": namespace, "symbols": list(get_args(hint))}
        # A reader that does not know a newer writer's symbol reads this one, so that a symbol can be added at all.
        return {**enum, "default": UNKNOWN} if UNKNOWN in enum["symbols"] else enum
    if origin is list:
        inner, marks = split(get_args(hint)[0])
        return {"type": "array", "items": _type(inner, marks, namespace, seen, field)}
    if origin is dict:
        inner, marks = split(get_args(hint)[1])
        return {"type": "map", "values": _type(inner, marks, namespace, seen, field)}
    if is_typeddict(hint):
        if hint.__name__ in seen:
            return f"{namespace}.{hint.__name__}"
        return _record(hint, namespace, hint.__name__, seen)
    raise TypeError(f"Avro has no type for {hint!r}")
