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
from runtime.kafka import RECORD_BYTES, librdkafka
from runtime.settings import KafkaSettings

log = structlog.get_logger(__name__)

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


class _Delivery:
    """The confirmations one call of ``send`` waits for; reports come from the producer's own thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, expected: int) -> None:
        self._loop = loop
        self._missing = expected
        self._lock = threading.Lock()
        self.errors: Counter[str] = Counter()
        self.done: asyncio.Future[None] = loop.create_future()

    def report(self, error: confluent_kafka.KafkaError | None, message: Any) -> None:
        self.settle(1, None if error is None else str(error.name()))

    def settle(self, count: int, error: str | None) -> None:
        with self._lock:
            if error is not None:
                self.errors[error] += count
            self._missing -= count
            last = self._missing == 0
        if last and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


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
                "message.max.bytes": RECORD_BYTES,
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
        if not messages:
            return
        delivery = _Delivery(asyncio.get_running_loop(), len(messages))
        for number, message in enumerate(messages):
            try:
                while not self._enqueued(message, delivery):  # noqa: ASYNC110 - librdkafka does not say when there is room
                    await asyncio.sleep(_FULL_SECONDS)
            except (confluent_kafka.KafkaException, ValueError, TypeError) as error:
                delivery.settle(len(messages) - number, _name(error))
                break
        await delivery.done
        if delivery.errors:
            metrics.PRODUCER_ERRORS.inc(sum(delivery.errors.values()))
            topics = ", ".join(sorted({message.topic for message in messages}))
            counts = ", ".join(f"{count} x {name}" for name, count in sorted(delivery.errors.items()))
            raise ProduceError(f"{counts} of {len(messages)} messages to {topics}")

    async def close(self) -> None:
        """Waits up to 15 s for what is still under way; the producer cannot be used afterwards."""
        left = await asyncio.to_thread(self._client.flush, _CLOSE_SECONDS)
        self._stopping.set()
        await asyncio.to_thread(self._poller.join)
        if left:
            log.error("producer closed with messages unconfirmed", count=left)

    def _enqueued(self, message: Message, delivery: _Delivery) -> bool:
        """Whether the local queue had room."""
        try:
            self._client.produce(
                message.topic,
                value=message.value,
                key=message.key,
                headers=list(message.headers.items()),
                on_delivery=delivery.report,
            )
        except BufferError:
            return False
        return True

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
