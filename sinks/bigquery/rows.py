"""Rows as protobuf messages of a type built from the table's columns at start (proto2, so that unset is NULL).

Source: https://cloud.google.com/bigquery/docs/write-api#data_type_conversions
"""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from runtime.errors import BadRecord
from schemas.bigquery import Field, Mode
from sinks.bigquery.values import CHECKED, Convert, converter, only_checks

_KIND = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "INT64": _KIND.TYPE_INT64,
    "FLOAT64": _KIND.TYPE_DOUBLE,
    "BOOL": _KIND.TYPE_BOOL,
    "STRING": _KIND.TYPE_STRING,
    "BYTES": _KIND.TYPE_BYTES,
    "NUMERIC": _KIND.TYPE_STRING,
    "BIGNUMERIC": _KIND.TYPE_STRING,
    "JSON": _KIND.TYPE_STRING,
    "DATE": _KIND.TYPE_INT32,
    "TIME": _KIND.TYPE_STRING,
    "DATETIME": _KIND.TYPE_STRING,
    "TIMESTAMP": _KIND.TYPE_INT64,
}
_PSEUDO = ("_CHANGE_TYPE", "_CHANGE_SEQUENCE_NUMBER")


class RowEncoder:
    """Encodes rows of one table. Pure and quick; safe to share between tasks."""

    def __init__(self, fields: Sequence[Field], *, change_columns: bool = False) -> None:
        """``change_columns`` adds the two pseudo-columns of native change data capture."""
        extra = tuple(Field(name=name, type="STRING") for name in _PSEUDO) if change_columns else ()
        self.descriptor = _descriptor("Row", (*fields, *extra))
        file = descriptor_pb2.FileDescriptorProto(name="row.proto", syntax="proto2")
        file.message_type.add().CopyFrom(self.descriptor)
        pool = descriptor_pool.DescriptorPool()
        pool.Add(file)
        self._message = message_factory.GetMessageClass(pool.FindMessageTypeByName("Row"))
        self._names = {field.name for field in (*fields, *extra)}
        self._converts = _converts(fields)
        running = _running(fields, self._converts)
        self._checks = [(name, convert) for name, convert in running if only_checks(convert)]
        self._changing = [(name, convert) for name, convert in running if not only_checks(convert)]

    def encode(self, row: Mapping[str, Any]) -> bytes:
        """The serialized row; ``None`` and absent columns are NULL.

        Raises ``BadRecord`` with the cause ``value-out-of-range``, ``null-in-array``, ``unknown-column`` or
        ``unexpected-value``; the reason names the column where one is to blame, and never quotes a value.
        """
        try:
            for name, check in self._checks:
                if (value := row.get(name)) is not None:
                    check(value)
            return self._message(**_changed(row, self._changing)).SerializeToString()
        except (BadRecord, TypeError, ValueError, AttributeError, OverflowError):
            # the same, value by value, for the sake of the column's name and the cause
            return self._carefully(row)

    def _carefully(self, row: Mapping[str, Any]) -> bytes:
        if unknown := row.keys() - self._names:
            raise BadRecord("unknown-column", f"the register's record type has no {', '.join(sorted(unknown))}")
        try:
            return self._message(**_converted(row, self._converts)).SerializeToString()
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            name = type(error).__name__  # protobuf's text quotes the value, which may be personal
            raise BadRecord("unexpected-value", f"a value is of another type than its column ({name})") from None


def _descriptor(name: str, fields: Sequence[Field]) -> descriptor_pb2.DescriptorProto:
    proto = descriptor_pb2.DescriptorProto(name=name)
    for number, field in enumerate(fields, 1):
        label = _KIND.LABEL_REPEATED if field.mode is Mode.REPEATED else _KIND.LABEL_OPTIONAL
        if field.type == "RECORD":
            nested = f"{field.name.title().replace('_', '')}Record"
            proto.nested_type.add().CopyFrom(_descriptor(nested, field.fields))
            proto.field.add(name=field.name, number=number, label=label, type=_KIND.TYPE_MESSAGE, type_name=nested)
        else:
            proto.field.add(name=field.name, number=number, label=label, type=_TYPES[field.type])
    return proto


def _converts(fields: Sequence[Field]) -> dict[str, Convert]:
    found = {}
    for field in fields:
        convert = _nested(field) if field.type == "RECORD" else converter(field)
        if field.mode is Mode.REPEATED:
            convert = _repeated(convert)
        if convert is not None:
            found[field.name] = convert
    return found


def _converted(row: Mapping[str, Any], converts: Mapping[str, Convert]) -> dict[str, Any]:
    result = dict(row)
    for name, convert in converts.items():
        value = result.get(name)
        if value is None:
            continue
        try:
            result[name] = convert(value)
        except BadRecord as bad:
            raise BadRecord(bad.cause, f"column {name}: {bad.reason}") from None
    return result


def _running(fields: Sequence[Field], converts: Mapping[str, Convert]) -> list[tuple[str, Convert]]:
    """The converters that must run: the protobuf message itself refuses what the others look for."""
    plain = {one.name for one in fields if one.type in CHECKED and one.mode is not Mode.REPEATED and not one.semantic}
    return [(name, convert) for name, convert in converts.items() if name not in plain]


def _changed(row: Mapping[str, Any], changing: Sequence[tuple[str, Convert]]) -> Mapping[str, Any]:
    if not changing:
        return row
    result = dict(row)
    for name, convert in changing:
        value = result.get(name)
        if value is not None:
            result[name] = convert(value)
    return result


def _nested(field: Field) -> Convert:
    inner = _converts(field.fields)
    return lambda value: _converted(value, inner)


def _repeated(convert: Convert | None) -> Convert:
    def each(values: Sequence[Any]) -> list[Any]:
        if any(value is None for value in values):
            raise BadRecord("null-in-array", "BigQuery's arrays cannot hold NULL")
        return [convert(value) for value in values] if convert else list(values)

    return each
