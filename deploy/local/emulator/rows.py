"""Appended rows made into columns a column at a time, not a value at a time."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from bqemulator.grpc_api import write_servicer
from bqemulator.storage import arrow_bridge
from bqemulator.streaming import proto_deserializer
from google.protobuf.descriptor import FieldDescriptor

_INTEGERS = frozenset((FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64))
_AS_IT_IS = (
    (_INTEGERS, pa.types.is_integer),
    (_INTEGERS, pa.types.is_timestamp),
    (_INTEGERS, pa.types.is_date),
    (frozenset((FieldDescriptor.TYPE_DOUBLE,)), pa.types.is_floating),
    (frozenset((FieldDescriptor.TYPE_BOOL,)), pa.types.is_boolean),
    (frozenset((FieldDescriptor.TYPE_STRING,)), pa.types.is_string),
    (frozenset((FieldDescriptor.TYPE_BYTES,)), pa.types.is_binary),
)
"""Pairs of types for which the emulator's own conversion of a value gives that very value."""


def apply() -> None:
    """Changes the emulator's module, in this process."""
    servicer: Any = write_servicer
    servicer.proto_rows_to_arrow_table = table


def table(decoder: Any, serialized_rows: Sequence[bytes], target_schema: Any) -> Any:
    """The rows as an Arrow table of the schema, the same as the emulator's; columns that no row has are NULL."""
    parse = decoder._message_class.FromString
    messages = [parse(row) for row in serialized_rows]
    fields = decoder._descriptor.fields_by_name
    return pa.table([_column(messages, fields.get(one.name), one) for one in target_schema], schema=target_schema)


def _column(messages: Sequence[Any], field: Any, target: Any) -> Any:
    if field is None:
        return pa.nulls(len(messages), target.type)
    if _fits(field, target.type):
        return pa.array(_plain(messages, field), type=target.type)
    if pa.types.is_decimal(target.type) and _is_plain(field) and field.type == FieldDescriptor.TYPE_STRING:
        try:
            return pa.array(_plain(messages, field), type=pa.string()).cast(target.type)
        except pa.ArrowInvalid:
            # a notation that only Python's decimals read, or no number: the emulator's own way finds out
            pass
    return pa.array(_converted(messages, field, target.type), type=target.type)


def _is_plain(field: Any) -> bool:
    return not field.is_repeated and field.has_presence and not field.has_default_value


def _fits(field: Any, kind: Any) -> bool:
    return _is_plain(field) and any(field.type in types and of_kind(kind) for types, of_kind in _AS_IT_IS)


def _plain(messages: Sequence[Any], field: Any) -> list[Any]:
    name = field.name
    values = map(attrgetter(name), messages)
    # only a value that is nothing, 0 or "" may be an absent one
    return [value if value or row.HasField(name) else None for row, value in zip(messages, values, strict=True)]


def _converted(messages: Sequence[Any], field: Any, kind: Any) -> list[Any]:
    name, decode, coerce = field.name, proto_deserializer._decode_field_value, arrow_bridge._coerce_to_arrow_value
    if field.is_repeated:
        return [coerce([decode(field, item) for item in getattr(row, name)], kind) for row in messages]
    if not field.has_presence:
        return [coerce(decode(field, getattr(row, name)), kind) for row in messages]
    return [coerce(decode(field, getattr(row, name)), kind) if row.HasField(name) else None for row in messages]
