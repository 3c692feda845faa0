"""Stand-ins for what the runtime's parts talk to: a registry, a producer, fetched records."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict, cast

from runtime.clock import ManualClock
from runtime.codec import Decoder, Encoder
from runtime.partition import Lane
from runtime.producer import Message, ProduceError, Producer
from runtime.registry import Registry, RegistryUnavailable, UnknownSchema
from schemas.envelope import schema_of
from schemas.marks import Doc
from schemas.topic import Avro, Cleanup, Topic


class Counted(TypedDict):
    """What the tests write."""

    number: Annotated[int, Doc("Counts up.")]
    text: Annotated[str | None, Doc("Something to say.")]


def counted(name: str = "test.counted", *, partitions: int = 4, cleanup: Cleanup = Cleanup.DELETE) -> Topic:
    """A topic of the tests."""
    return Topic(
        name=name,
        value=Counted,
        description="For tests.",
        owner="tests",
        producers=("tests",),
        partitions=partitions,
        cleanup=cleanup,
    )


class FakeRegistry:
    """A registry in memory; ``away`` makes it not answer."""

    def __init__(self) -> None:
        self.known: dict[int, Avro] = {}
        self.away = False
        self.asked = 0

    def register(self, topic: Topic) -> int:
        schema = json.loads(json.dumps(schema_of(topic)))
        for schema_id, known in self.known.items():
            if known == schema:
                return schema_id
        schema_id = len(self.known) + 1
        self.known[schema_id] = schema
        return schema_id

    def schema(self, schema_id: int) -> Avro:
        self.asked += 1
        if self.away:
            raise RegistryUnavailable("connection refused")
        if schema_id not in self.known:
            raise UnknownSchema(schema_id)
        return self.known[schema_id]

    def real(self) -> Registry:
        """For signatures that ask for the real one."""
        return cast(Registry, self)


class FakeProducer:
    """Keeps what it is sent; fails the next ``failures`` calls."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.failures = 0
        self.gate: asyncio.Event | None = None

    async def send(self, messages: Sequence[Message]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise ProduceError("1 x _MSG_TIMED_OUT")
        self.sent.extend(messages)

    def sending(self) -> "FakeSending":
        return FakeSending(self)


class FakeSending:
    """Sends all that was put when it is to be confirmed."""

    def __init__(self, producer: FakeProducer) -> None:
        self._producer = producer
        self._messages: list[Message] = []

    async def put(self, messages: Sequence[Message]) -> None:
        self._messages.extend(messages)

    async def confirmed(self) -> None:
        await self._producer.send(self._messages)


@dataclass
class Raw:
    """A record as aiokafka hands it over."""

    offset: int
    key: bytes | None = b"k"
    value: bytes | None = b""
    timestamp: int = 1_700_000_000_000
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Bench:
    """A lane of fakes, and the bytes of numbered records."""

    topic: Topic = field(default_factory=counted)
    registry: FakeRegistry = field(default_factory=FakeRegistry)
    producer: FakeProducer = field(default_factory=FakeProducer)
    clock: ManualClock = field(default_factory=ManualClock)
    failed: list[BaseException] = field(default_factory=list)
    batch_records: int = 5

    def __post_init__(self) -> None:
        self._encoder = Encoder(self.registry.real())
        self._encoder.prepare(self.topic)

    def lane(self) -> Lane:
        return Lane(
            "balcao.test",
            Decoder(self.registry.real()),
            cast(Producer, self.producer),
            self.clock,
            failed=self.failed.append,
            freed=lambda: None,
            batch_records=self.batch_records,
        )

    def raw(self, offset: int, *, key: bytes | None = b"k", **value: Any) -> Raw:
        """A good record whose number is its offset."""
        return Raw(offset, key, self._encoder.encode(self.topic, {"number": offset, "text": None, **value}))

    def batch(self, first: int, last: int) -> list[Raw]:
        return [self.raw(offset) for offset in range(first, last + 1)]


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for a condition, at most so long."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is no event
            await asyncio.sleep(0.001)
