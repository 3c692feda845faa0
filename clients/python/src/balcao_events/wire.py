"""Bytes to typed events: Confluent's wire format, then Avro's schema resolution, then the record's class.

Source: https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Generic, TypeVar

import fastavro
from fastavro.read import SchemaResolutionError

from balcao_events.build import Builder
from balcao_events.errors import BadRecord
from balcao_events.received import Position
from balcao_events.records import Event
from balcao_events.registry import Registry, UnknownSchema
from balcao_events.topic import Topic

T = TypeVar("T", bound=Event)
_PREFIX = struct.Struct(">bI")


@dataclass(frozen=True, slots=True)
class _Writer:
    schema_id: int
    schema: Any


class Decoder(Generic[T]):
    """Reads one topic's values; not for several threads at once."""

    def __init__(self, topic: Topic[T], registry: Registry) -> None:
        self._registry = registry
        self._reader = fastavro.parse_schema(topic.schema())
        self._build = Builder(topic.record)
        self._writers: dict[bytes, _Writer] = {}

    def decode(self, value: bytes | None, position: Position) -> T:
        """The event. A field this package does not know is left out, one the writer did not know has its default, and
        an enum's symbol this package does not know is ``"unknown"``.

        Blocks only for the first record of a schema id. Raises ``BadRecord``, ``RegistryUnavailable``, ``AccessError``.
        """
        raw = value or b""
        writer = self._writers.get(raw[: _PREFIX.size]) or self._learn(raw, position)

        def bad(cause: str, detail: str) -> BadRecord:
            return BadRecord(position, cause, detail, schema_id=writer.schema_id, value=raw)

        body = BytesIO(raw)
        body.seek(_PREFIX.size)
        try:
            document: Any = fastavro.schemaless_reader(body, writer.schema, self._reader)
        except SchemaResolutionError:
            raise bad("unresolvable", "its schema does not fit this package; is there a newer one?") from None
        except Exception as error:  # noqa: BLE001 - fastavro raises whatever the bytes lead it to
            raise bad("undecodable", f"{len(raw)} bytes are no such record: {type(error).__name__}") from None
        left = len(raw) - body.tell()
        if left:
            raise bad("undecodable", f"{left} bytes are left after the record")
        try:
            return self._build(document)
        except (TypeError, KeyError, AttributeError):
            raise bad("unresolvable", "its fields do not make a record") from None

    def _learn(self, raw: bytes, position: Position) -> _Writer:
        if not raw:
            raise BadRecord(position, "empty-value", "there are no bytes at all", schema_id=None, value=raw)
        if raw[0] != 0:
            detail = f"the first byte is 0x{raw[0]:02x}, not 0x00"
            raise BadRecord(position, "wrong-magic-byte", detail, schema_id=None, value=raw)
        if len(raw) < _PREFIX.size:
            detail = f"{len(raw)} bytes are too few for a schema id"
            raise BadRecord(position, "truncated", detail, schema_id=None, value=raw)
        schema_id: int = _PREFIX.unpack_from(raw)[1]
        try:
            schema = fastavro.parse_schema(self._registry.schema(schema_id))
        except UnknownSchema:
            detail = "the registry has no such schema"
            raise BadRecord(position, "unknown-schema-id", detail, schema_id=schema_id, value=raw) from None
        writer = self._writers[raw[: _PREFIX.size]] = _Writer(schema_id, schema)
        return writer
