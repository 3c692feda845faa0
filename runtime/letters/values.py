"""A record's value as JSON that a person can change, and back again, as its Avro schema says. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any

import fastavro

from runtime.codec import PREFIX, misfit
from runtime.errors import UserError
from runtime.topic_tail import HIDDEN
from schemas.rules import broken
from schemas.topic import Avro, Topic


class UnfitError(UserError):
    """What was written by hand does not make a record of the topic."""


def plain(value: object) -> Any:
    """For ``json.dumps(default=...)``: times in ISO 8601, decimals as text, bytes in hexadecimal."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    return str(value)


def revived(schema: Avro, document: Any, before: Any) -> Any:
    """The value that the JSON ``document`` stands for; ``HIDDEN`` in it keeps what ``before`` has in that place.

    Raises ``UnfitError``, which names the field and quotes nothing.
    """
    return _Reviver(schema).value(schema, document, before, "the record")


def encoded(topic: Topic, schema_id: int, schema: Avro, value: Any) -> bytes:
    """The record's bytes, which read back as ``value`` and keep the topic's rules. Raises ``UnfitError``."""
    parsed = fastavro.parse_schema(schema)
    body = BytesIO()
    body.write(PREFIX.pack(0, schema_id))
    try:
        fastavro.schemaless_writer(body, parsed, value, strict_allow_default=True)
    except Exception as error:  # noqa: BLE001 - fastavro raises whatever the value leads it to
        raise UnfitError(f"{misfit(topic, parsed, value, error)}.") from None
    if topic.rules and (rule := broken(topic.rules, value)) is not None:
        raise UnfitError(f"The record breaks the rule {rule.name} of {topic.name}: {rule.text}")
    return body.getvalue()


class _Reviver:
    def __init__(self, schema: Any) -> None:
        self._named: dict[str, Any] = {}
        self._collect(schema, "")

    def value(self, schema: Any, document: Any, before: Any, path: str) -> Any:
        if isinstance(document, str) and document == HIDDEN:
            if before is None:
                raise UnfitError(f"{path} is {HIDDEN}, and there is no value behind it to keep: write one.")
            return before
        if isinstance(schema, list):
            return self._of_union(schema, document, before, path)
        if isinstance(schema, str):
            return self.value(self._named[schema], document, before, path) if schema in self._named else document
        kind, logical = schema["type"], schema.get("logicalType")
        if kind == "record":
            return self._of_record(schema, document, before, path)
        if kind == "array":
            items = before if isinstance(before, Sequence) else ()
            each = [items[number] if number < len(items) else None for number in range(len(_list(document, path)))]
            return [self.value(schema["items"], item, each[n], f"{path}[{n}]") for n, item in enumerate(document)]
        if logical is not None:
            return _logical(logical, document, path)
        if kind in {"bytes", "fixed"}:
            return _parsed(bytes.fromhex, document, path, "bytes in hexadecimal")
        return document if kind in {"enum", "map"} else self.value(kind, document, before, path)

    def _of_union(self, schema: Sequence[Any], document: Any, before: Any, path: str) -> Any:
        branches = [branch for branch in schema if branch != "null"]
        if document is None:
            if len(branches) == len(schema):
                raise UnfitError(f"{path} may not be null.")
            return None
        if len(branches) == 1:
            return self.value(branches[0], document, before, path)
        for branch in branches:
            try:
                found = self.value(branch, document, before, path)
                if fastavro.validate(found, fastavro.parse_schema(branch), raise_errors=False):
                    return found
            except (UnfitError, TypeError, fastavro.schema.SchemaParseException, fastavro.schema.UnknownType):
                continue
        raise UnfitError(f"{path} is none of the types that its schema allows.")

    def _of_record(self, schema: Mapping[str, Any], document: Any, before: Any, path: str) -> Any:
        if not isinstance(document, dict):
            raise UnfitError(f"{path} is not an object with the fields of {schema['name']}.")
        fields = {field["name"]: field["type"] for field in schema["fields"]}
        if extra := sorted(document.keys() - fields.keys()):
            raise UnfitError(f"{path} has no field {', '.join(extra)}.")
        had = before if isinstance(before, Mapping) else {}
        return {
            name: self.value(fields[name], item, had.get(name), name if path == "the record" else f"{path}.{name}")
            for name, item in document.items()
        }

    def _collect(self, schema: Any, namespace: str) -> None:
        if isinstance(schema, list):
            for branch in schema:
                self._collect(branch, namespace)
        elif isinstance(schema, dict):
            inside = schema.get("namespace", namespace)
            if name := schema.get("name") if schema.get("type") in {"record", "enum", "fixed"} else None:
                self._named[name] = self._named[f"{inside}.{name}" if "." not in name else name] = schema
            for field in schema.get("fields", ()):
                self._collect(field["type"], inside)
            for inner in ("items", "values"):
                self._collect(schema.get(inner), inside)
            if isinstance(schema.get("type"), dict | list):
                self._collect(schema["type"], inside)


def _logical(logical: str, document: Any, path: str) -> Any:
    if "timestamp" in logical:
        return _parsed(datetime.fromisoformat, document, path, "a time such as 2026-11-21T10:00:00+00:00")
    if logical == "date":
        return _parsed(date.fromisoformat, document, path, "a day such as 2026-11-21")
    if logical.startswith("time-"):
        return _parsed(time.fromisoformat, document, path, "a time of day such as 10:00:00")
    if logical == "decimal":
        return _parsed(Decimal, str(document), path, "a number")
    return document


def _parsed(parse: Callable[[Any], Any], document: Any, path: str, what: str) -> Any:
    try:
        return parse(document)
    except (ValueError, TypeError, InvalidOperation):
        raise UnfitError(f"{path} is not {what}.") from None


def _list(document: Any, path: str) -> list[Any]:
    if not isinstance(document, list):
        raise UnfitError(f"{path} is not a list.")
    return document
