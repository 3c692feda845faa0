"""Noting the moment a captured change can be read from its topic."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import confluent_kafka

from runtime.codec import Decoder
from runtime.kafka import librdkafka
from runtime.registry import Registry, RegistryUnavailable
from runtime.settings import KafkaSettings
from schemas.topic import Topic

_POLL_SECONDS = 0.1
_START_SECONDS = 20.0
_PASSING = (
    confluent_kafka.KafkaError.NOT_LEADER_FOR_PARTITION,
    confluent_kafka.KafkaError.LEADER_NOT_AVAILABLE,
    confluent_kafka.KafkaError.UNKNOWN_TOPIC_OR_PART,
)
"""What a broker says that has just come back and leads nothing yet."""


class TopicWatch:
    """Reads a topic from its end in a thread of its own and wakes whoever waits for a value.

    ``identify`` names a decoded value; values named ``None`` are passed over.
    """

    def __init__(
        self, settings: KafkaSettings, registry: Registry, topic: Topic, identify: Callable[[Any], object | None]
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._decoder = Decoder(registry)
        self._topic = topic
        self._identify = identify
        self._waiting: dict[object, asyncio.Future[float]] = {}
        self._stopping = threading.Event()
        self._ready = threading.Event()

    async def start(self) -> None:
        """Return once the end of every partition is known; raises ``TimeoutError`` after 20 s."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name=f"watch {self._topic.name}", daemon=True)
        self._thread.start()
        if not await asyncio.to_thread(self._ready.wait, _START_SECONDS):
            raise TimeoutError(f"{self._topic.name} did not answer within {_START_SECONDS:.0f} s")

    async def stop(self) -> None:
        """End the thread and close the registry's connections."""
        self._stopping.set()
        await asyncio.to_thread(self._thread.join)
        self._registry.close()

    def expect(self, identity: object) -> asyncio.Future[float]:
        """The ``time.perf_counter()`` at which a value of that name is read; ask before the change is committed."""
        return self._waiting.setdefault(identity, self._loop.create_future())

    def _run(self) -> None:
        consumer = confluent_kafka.Consumer(
            {
                **librdkafka(self._settings),
                "group.id": "balcao.watch",
                "enable.auto.commit": False,
            }
        )
        try:
            partitions = []
            for number in range(self._topic.partitions):
                place = confluent_kafka.TopicPartition(self._topic.name, number)
                place.offset = self._end(consumer, place)
                partitions.append(place)
            consumer.assign(partitions)
            self._ready.set()
            while not self._stopping.is_set():
                message = consumer.poll(_POLL_SECONDS)
                raw = None if message is None or message.error() else message.value()
                if raw:
                    self._seen(time.perf_counter(), raw)
        finally:
            consumer.close()

    def _end(self, consumer: confluent_kafka.Consumer, place: confluent_kafka.TopicPartition) -> int:
        """The partition's end; a broker that has just come back may not lead it yet, and is asked again."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return int(consumer.get_watermark_offsets(place, timeout=_START_SECONDS)[1])
            except confluent_kafka.KafkaException as error:
                if error.args[0].code() not in _PASSING or time.monotonic() > deadline:
                    raise
            self._stopping.wait(_POLL_SECONDS)

    def _seen(self, when: float, raw: bytes) -> None:
        identity = self._identify(self._decode(raw))
        if identity is not None:
            self._loop.call_soon_threadsafe(self._settle, identity, when)

    def _decode(self, raw: bytes) -> Any:
        while True:
            try:
                return self._decoder.decode(raw)
            except RegistryUnavailable:
                if self._stopping.wait(_POLL_SECONDS):
                    raise

    def _settle(self, identity: object, when: float) -> None:
        waiting = self._waiting.pop(identity, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(when)
