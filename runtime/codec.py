"""Values on the wire: Avro in Confluent's format, a zero byte, the schema's id in 4 big-endian bytes, the binary.

Source: https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""

import struct
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import fastavro
from fastavro.validation import ValidationError

from runtime.avro.wanted import Wanted
from runtime.avro.writing import Write, unsure, writer
from runtime.errors import BadRecord
from runtime.registry import Registry, UnknownSchema
from schemas.envelope import schema_of
from schemas.rules import broken
from schemas.topic import Avro, Topic

if TYPE_CHECKING:
    from runtime.avro.plan import Plan

PREFIX = struct.Struct(">bI")
"""The zero byte and the schema's id that every value begins with."""
_LARGEST_ID = 2**31 - 1
_MANY = 64
"""As many records, and more, are quicker decoded column by column."""


class Encoder:
    """Values to bytes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._ready: dict[str, tuple[bytes, Any, Write]] = {}

    def prepare(self, *topics: Topic) -> None:
        """Registers the topics' value schemas. Blocks; call it once at start, before ``encode``.

        Raises ``SchemaRefusedError`` or ``RegistryUnavailable``.
        """
        for topic in topics:
            schema_id = self._registry.register(topic)
            schema = fastavro.parse_schema(schema_of(topic))
            self._ready[topic.name] = (PREFIX.pack(0, schema_id), schema, writer(schema) or unsure)

    def encode(self, topic: Topic, value: Mapping[str, Any]) -> bytes:
        """The record's bytes. Never blocks. Raises ``BadRecord`` for a value that does not fit the topic's type, or
        breaks one of its rules (cause ``rule:`` and the rule's name).

        A field may be left out only if its type declares a default. A datetime needs a time zone.
        """
        prefix, schema, write = self._ready[topic.name]
        datum = value if isinstance(value, dict) else dict(value)
        try:
            raw = prefix + write(datum)
        except Exception:  # noqa: BLE001 - whatever it is, fastavro says what is wrong, if anything is
            raw = _carefully(prefix, topic, schema, datum)
        if topic.rules and (rule := broken(topic.rules, datum)) is not None:
            raise BadRecord(f"rule:{rule.name}", f"no record of {topic.name} may leave like this: {rule.text}")
        return raw


def _carefully(prefix: bytes, topic: Topic, schema: Any, datum: dict[str, Any]) -> bytes:
    body = BytesIO()
    body.write(prefix)
    try:
        fastavro.schemaless_writer(body, schema, datum, strict_allow_default=True)
    except Exception as error:  # noqa: BLE001 - fastavro raises whatever the bytes or the value lead it to
        raise BadRecord("unencodable", misfit(topic, schema, datum, error)) from None
    return body.getvalue()


def misfit(topic: Topic, schema: Any, datum: Mapping[str, Any], error: Exception) -> str:
    """Which field does not fit, by name and type only: the values themselves may be personal."""
    try:
        fastavro.validate(datum, schema, raise_errors=True, strict=False)
    except ValidationError as invalid:
        fields = sorted({f"{item.field} is a {type(item.datum).__name__}" for item in invalid.errors})
        return f"a value does not fit {topic.name}: {', '.join(fields)}"
    except Exception as other:  # noqa: BLE001 - the validator trips over what it should report
        return f"a value does not fit {topic.name}: {type(other).__name__}"
    extra = sorted(set(datum) - {field["name"] for field in schema["fields"]})
    if extra:
        return f"a value does not fit {topic.name}: the type has no field {', '.join(extra)}"
    return f"a value does not fit {topic.name}: {type(error).__name__}"


def _id(raw: bytes) -> int:
    return int(PREFIX.unpack_from(raw)[1])


class Decoder:
    """Bytes to values."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._schemas: dict[bytes, Any] = {}
        self._plans: dict[tuple[bytes, Wanted], Plan | None] = {}

    def decode(self, raw: bytes) -> Any:
        """The value, in the shape of its writer's schema: a dict for a record, with datetimes aware and decimals exact.

        Blocks only on the first record of a schema id. Raises ``BadRecord`` with the cause ``wrong-magic-byte``,
        ``unknown-schema-id``, ``undecodable`` or ``empty-value``; ``RegistryUnavailable`` (transient) when the
        registry cannot say whether the id exists.
        """
        schema = self._schemas.get(raw[:5])
        if schema is None:
            schema = self.learn(raw)
        body = BytesIO(raw)
        body.seek(5)
        try:
            value = fastavro.schemaless_reader(body, schema, None)
        except Exception as error:  # noqa: BLE001 - fastavro raises whatever the bytes or the value lead it to
            text = f"{len(raw)} bytes are no record of schema id {_id(raw)}: {type(error).__name__}"
            raise BadRecord("undecodable", text) from None
        if body.tell() != len(raw):
            text = f"{len(raw) - body.tell()} bytes are left after the record of schema id {_id(raw)}"
            raise BadRecord("undecodable", text)
        return value

    def decode_all(self, raws: Sequence[bytes], wanted: Wanted = None) -> list[Any] | None:
        """The values of many records of one schema, column by column: for 2,000 changes a third of ``decode``'s time.

        ``wanted`` are the paths of the fields the values need to have (``after.price``); others may be left out.
        Never blocks. ``None`` when they must be decoded one by one: they are few, of several schemas or of one not
        known yet, or one of them is no record of it.
        """
        if len(raws) < _MANY:
            return None
        prefixes = {raw[: PREFIX.size] for raw in raws}
        plan = self._plan(prefixes.pop(), wanted) if len(prefixes) == 1 else None
        if plan is None:
            return None
        try:
            return plan.read(raws, PREFIX.size)
        except Exception:  # noqa: BLE001 - one by one it is seen which of them is wrong, and why
            return None

    def _plan(self, prefix: bytes, wanted: Wanted) -> "Plan | None":
        place = (prefix, wanted)
        if place not in self._plans:
            schema = self._schemas.get(prefix)
            if schema is None:
                return None
            from runtime.avro.plan import plan

            self._plans[place] = plan(schema, wanted)
        return self._plans[place]

    def knows(self, raw: bytes) -> bool:
        """Whether ``decode`` can answer without asking the registry."""
        return raw[:5] in self._schemas or len(raw) < PREFIX.size or raw[0] != 0

    def earlier(self, topic: Topic, raw: bytes) -> Sequence[Avro]:
        """The versions of the topic's value schema before that record's, oldest first. Blocks.

        Raises ``RegistryUnavailable``.
        """
        return self._registry.earlier(topic, _id(raw))

    def learn(self, raw: bytes) -> Any:
        """The parsed schema of that record, asked from the registry once. Blocks; raises as ``decode`` does."""
        if not raw:
            raise BadRecord("empty-value", "there are no bytes at all")
        if raw[0] != 0:
            raise BadRecord("wrong-magic-byte", f"the first byte is 0x{raw[0]:02x}, not 0x00")
        if len(raw) < PREFIX.size:
            raise BadRecord("undecodable", f"{len(raw)} bytes are too few for a schema id")
        schema_id = PREFIX.unpack_from(raw)[1]
        if schema_id > _LARGEST_ID:
            raise UnknownSchema(schema_id)
        schema = fastavro.parse_schema(self._registry.schema(schema_id))
        self._schemas[raw[: PREFIX.size]] = schema
        return schema
