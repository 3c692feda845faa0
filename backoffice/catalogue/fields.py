"""A record type's fields as rows of a table, with their types in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from backoffice.catalogue.language import Language
from schemas.avro import is_optional, required, split
from schemas.marks import Column, Decimals, Default, Doc, Personal
from schemas.records.event import EventEnvelope

_SIMPLE = {
    str: "text",
    int: "long",
    float: "double",
    bool: "boolean",
    bytes: "bytes",
    datetime: "datetime",
    date: "date",
}
_COLUMNS = {
    "int16": "small",
    "int32": "integer",
    "io.debezium.time.Date": "days",
    "io.debezium.time.ZonedTimestamp": "zoned",
    "io.debezium.data.Uuid": "uuid",
}
_COMMON = frozenset(EventEnvelope.__annotations__)


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``depth`` is 0 for the record's own, more for those of a record in it.

    ``symbols`` are an enumeration's values; ``personal`` is the register's reason, or None. ``common`` marks the fields
    that every event carries.
    """

    name: str
    type: str
    doc: str
    optional: bool
    personal: str | None
    symbols: tuple[str, ...]
    default: str | None
    depth: int
    common: bool


def fields(cls: type, language: Language) -> list[Field]:
    """The rows of a record type, those that every event carries last; records within follow their field."""
    rows = list(_rows(cls, language, 0))
    return [row for row in rows if not row.common] + [row for row in rows if row.common]


def _rows(cls: type, language: Language, depth: int) -> Iterator[Field]:
    is_event = depth == 0 and set(get_type_hints(cls)) >= _COMMON
    for name, hint in get_type_hints(cls, include_extras=True).items():
        inner, marks = split(hint)
        bare = required(inner)
        yield Field(
            name=name,
            type=_words(bare, marks, language),
            doc=next((mark.text for mark in marks if isinstance(mark, Doc)), ""),
            optional=is_optional(inner),
            personal=next((mark.reason for mark in marks if isinstance(mark, Personal)), None),
            symbols=get_args(bare) if get_origin(bare) is Literal else (),
            default=next((str(mark.value) for mark in marks if isinstance(mark, Default)), None),
            depth=depth,
            common=is_event and name in _COMMON,
        )
        nested = _record_in(bare)
        if nested is not None:
            yield from _rows(nested, language, depth + 1)


def _record_in(bare: Any) -> type | None:
    if get_origin(bare) in (list, dict):
        bare = required(split(get_args(bare)[-1])[0])
    return bare if is_typeddict(bare) else None


def _words(bare: Any, marks: tuple[Any, ...], language: Language) -> str:
    semantic = next((mark.semantic for mark in marks if isinstance(mark, Column)), None)
    if semantic in _COLUMNS:
        return language.say(f"type_{_COLUMNS[semantic]}")
    if bare is Decimal:
        found = next(mark for mark in marks if isinstance(mark, Decimals))
        return language.say("type_decimal", precision=found.precision, scale=found.scale)
    if bare in _SIMPLE:
        return language.say(f"type_{_SIMPLE[bare]}")
    origin = get_origin(bare)
    if origin is Literal:
        return language.say("type_enum")
    if origin in (list, dict):
        nested = _record_in(bare)
        inner, inner_marks = split(get_args(bare)[-1])
        items = nested.__name__ if nested else _words(required(inner), inner_marks, language)
        return language.say("type_list" if origin is list else "type_map", items=items)
    return language.say("type_record", name=bare.__name__)
