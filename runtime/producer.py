"""Writing to Kafka, confirmed: nothing returns before every replica in sync has every message."""

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import confluent_kafka
import structlog

from runtime import metrics
from runtime.kafka import LETTER_BYTES, librdkafka
from runtime.settings import KafkaSettings

log = structlog.get_logger(__name__)

_ANY_PARTITION = -1
_POLL_SECONDS = 0.2
_FULL_SECONDS = 0.005
_CLOSE_SECONDS = 15.0


class ProduceError(Exception):
    """Some messages were not confirmed; they may or may not be in the topic. Sending all again is right."""


@dataclass(slots=True)
class Message:
    """One message to send. A ``str`` key goes as UTF-8; ``value`` of ``None`` is a tombstone."""

    topic: str
    key: bytes | str | None
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)


class Sending:
    """Messages on their way together: put as they are made, so that the first travel while the next are made.

    Belongs to the event loop it was made in; reports come from the producer's own thread.
    """

    def __init__(self, client: confluent_kafka.Producer, loop: asyncio.AbstractEventLoop) -> None:
        self._client = client
        self._loop = loop
        self._lock = threading.Lock()
        self._missing = self._count = 0
        self._topics: set[str] = set()
        self._errors: Counter[str] = Counter()
        self._awaited: asyncio.Future[None] | None = None

    async def put(self, messages: Sequence[Message]) -> None:
        """Hands messages over, after those of calls before; waits while the local queue is full. Never raises."""
        with self._lock:
            self._missing += len(messages)
        self._count += len(messages)
        produce, report = self._client.produce, self._report
        for number, message in enumerate(messages):
            topic, value, key, headers = message.topic, message.value, message.key, message.headers
            self._topics.add(topic)
            try:
                while True:
                    try:
                        # by position: naming the arguments takes three times as long
                        if headers:
                            produce(topic, value, key, _ANY_PARTITION, report, report, 0, list(headers.items()))
                        else:
                            produce(topic, value, key, _ANY_PARTITION, report)
                        break
                    except BufferError:
                        # librdkafka does not say when there is room
                        await asyncio.sleep(_FULL_SECONDS)
            except (confluent_kafka.KafkaException, ValueError, TypeError) as error:
                self._settle(len(messages) - number, _name(error))
                return

    async def confirmed(self) -> None:
        """Returns after the broker confirmed all that was put. Call it once, after the last ``put``.

        Raises ``ProduceError`` when any was refused or not confirmed within 30 s.
        """
        with self._lock:
            if self._missing:
                self._awaited = self._loop.create_future()
        if self._awaited is not None:
            await self._awaited
        if self._errors:
            metrics.PRODUCER_ERRORS.inc(sum(self._errors.values()))
            counts = ", ".join(f"{count} x {name}" for name, count in sorted(self._errors.items()))
            raise ProduceError(f"{counts} of {self._count} messages to {', '.join(sorted(self._topics))}")

    def _report(self, error: confluent_kafka.KafkaError | None, _message: Any) -> None:
        self._settle(1, None if error is None else str(error.name()))

    def _settle(self, count: int, error: str | None) -> None:
        with self._lock:
            if error is not None:
                self._errors[error] += count
            self._missing -= count
            last = self._missing == 0 and self._awaited is not None
        if last and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)


class Producer:
    """An idempotent producer: ``acks=all``, order kept per key, the Java client's partitioner.

    Belongs to the event loop it is used in; librdkafka's own threads do the work.
    """

    def __init__(self, settings: KafkaSettings, *, client_id: str) -> None:
        self._client = confluent_kafka.Producer(
            {
                **librdkafka(settings),
                "client.id": client_id,
                "acks": "all",
                "message.max.bytes": LETTER_BYTES,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "compression.type": "lz4",
                "linger.ms": 1,
                "socket.nagle.disable": True,
                "message.timeout.ms": 30_000,
                "topic.metadata.propagation.max.ms": 5_000,
                "log_level": 4,
            },
            logger=_RdkafkaLog(),
        )
        self._stopping = threading.Event()
        self._poller = threading.Thread(target=self._poll, name=f"{client_id}-producer", daemon=True)
        self._poller.start()

    async def send(self, messages: Sequence[Message]) -> None:
        """Returns after the broker confirmed all of them; waits while the local queue is full.

        Raises ``ProduceError`` when any was refused or not confirmed within 30 s.
        """
        if messages:
            sending = self.sending()
            await sending.put(messages)
            await sending.confirmed()

    def sending(self) -> Sending:
        """For messages that are made and sent bit by bit and confirmed together."""
        return Sending(self._client, asyncio.get_running_loop())

    async def close(self) -> None:
        """Waits up to 15 s for what is still under way; the producer cannot be used afterwards."""
        left = await asyncio.to_thread(self._client.flush, _CLOSE_SECONDS)
        self._stopping.set()
        await asyncio.to_thread(self._poller.join)
        if left:
            log.error("producer closed with messages unconfirmed", count=left)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._client.poll(_POLL_SECONDS)


def _name(error: Exception) -> str:
    if isinstance(error, confluent_kafka.KafkaException):
        return str(error.args[0].name())
    return type(error).__name__


class _RdkafkaLog:
    """librdkafka's messages, in our log; it asks for an object with the standard library's ``log`` method."""

    def log(self, level: int, text: str, *args: Any) -> None:
        log.log(level, "librdkafka", detail=text % args if args else text)
