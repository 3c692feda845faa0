"""A broker's partition and a registry in memory, as the client's consumer sees them."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import fastavro
from balcao_events.registry import UnknownSchema

from schemas import example
from schemas.envelope import schema_of
from schemas.topic import Topic

REGISTERED = 7


def wire(schema: Any, value: Mapping[str, Any], schema_id: int = REGISTERED) -> bytes:
    """A record as a writer with that schema puts it on the wire."""
    out = io.BytesIO()
    out.write(b"\0" + schema_id.to_bytes(4, "big"))
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), dict(value), strict_allow_default=True)
    return out.getvalue()


def record(topic: Topic, **changed: Any) -> bytes:
    """The topic's example, with these fields changed."""
    return wire(schema_of(topic), {**example.read(topic), **changed})


@dataclass
class KnownSchemas:
    """The registry's answers."""

    schemas: Mapping[int, Any]
    asked: list[int] = field(default_factory=list)

    def schema(self, schema_id: int) -> Any:
        self.asked.append(schema_id)
        if schema_id not in self.schemas:
            raise UnknownSchema(schema_id)
        return self.schemas[schema_id]


@dataclass
class Message:
    """confluent-kafka's message, as far as it is read."""

    _topic: str
    _offset: int
    _value: bytes | None
    _partition: int = 0

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def value(self) -> bytes | None:
        return self._value

    def key(self) -> bytes:
        return b"42"

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_795_000_000_000 + self._offset

    def error(self) -> None:
        return None


@dataclass
class Partition:
    """confluent-kafka's ``Consumer`` on a topic with one partition; keeps what was committed."""

    topic: str
    values: list[bytes | None]
    position: int = 0
    committed: list[int] = field(default_factory=list)
    closed: bool = False
    handlers: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, options: dict[str, Any], **_: Any) -> "Partition":
        self.options, self.closed = options, False
        self.position = self.committed[-1] if self.committed else 0
        return self

    def subscribe(self, topics: list[str], **handlers: Any) -> None:
        assert topics == [self.topic]
        self.handlers = handlers

    def poll(self, seconds: float) -> Message | None:
        return next(iter(self.consume(1, seconds)), None)

    def consume(self, most: int, seconds: float) -> list[Message]:
        first, self.position = self.position, min(self.position + most, len(self.values))
        return [Message(self.topic, offset, self.values[offset]) for offset in range(first, self.position)]

    def seek(self, to: Any) -> None:
        self.position = to.offset

    def commit(self, offsets: list[Any], asynchronous: bool) -> list[Any]:
        assert not asynchronous
        self.committed += [each.offset for each in offsets]
        return offsets

    def close(self) -> None:
        self.closed = True
