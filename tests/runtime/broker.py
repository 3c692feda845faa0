"""A topic of the test's own on the real broker: write to it, read its dead letters, ask what a group committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import confluent_kafka
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from runtime import dead_letter
from runtime.codec import Encoder
from runtime.dead_letter import DeadLetter
from runtime.kafka import librdkafka
from runtime.processor import Committed, KeyedProcessor, Outcome, Processor
from runtime.producer import Message, Producer
from runtime.records import Batch
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, RuntimeSettings
from runtime.station import Station
from schemas.topic import Topic


@dataclass
class Ground:
    """One test's ground."""

    topic: Topic
    group: str
    kafka: KafkaSettings
    registry: RegistrySettings
    _producer: Producer | None = None
    _encoder: Encoder | None = None

    def encode(self, number: int, text: str | None = None) -> bytes:
        """The bytes of a record."""
        if self._encoder is None:
            registry = Registry(self.registry)
            self._encoder = Encoder(registry)
            self._encoder.prepare(self.topic)
            registry.close()
        return self._encoder.encode(self.topic, {"number": number, "text": text})

    async def write(self, numbers: Sequence[int], *, key: str | None = None) -> None:
        """Records of those numbers, each with its number as key, or all with one."""
        await self.write_raw([(key or str(number), self.encode(number)) for number in numbers])

    async def write_raw(self, pairs: Sequence[tuple[str | bytes | None, bytes | None]]) -> None:
        """Records as they are."""
        if self._producer is None:
            self._producer = Producer(self.kafka, client_id="test")
        await self._producer.send([Message(self.topic.name, key, value) for key, value in pairs])

    def station(self, *processors: Processor | KeyedProcessor, **runtime: Any) -> Station:
        """A station of the test's group."""
        return Station(
            "test",
            processors,
            kafka=self.kafka,
            registry=self.registry,
            runtime=RuntimeSettings(**runtime),
            group=self.group,
        )

    async def committed(self) -> dict[int, int]:
        """The offsets that the group committed, by partition."""
        return await asyncio.to_thread(self._committed)

    async def committed_in_all(self) -> int:
        """The sum over the partitions."""
        return sum((await self.committed()).values())

    async def dead_letters(self, count: int) -> list[tuple[DeadLetter, bytes | None, bytes | None]]:
        """The first ``count`` dead letters with their keys and values."""
        return await asyncio.to_thread(self._dead_letters, count)

    async def dead_letter_count(self) -> int:
        """How many there are."""
        consumer = confluent_kafka.Consumer({**librdkafka(self.kafka), "group.id": f"{self.group}.reader"})
        try:
            place = TopicPartition(self.topic.dead_letter, 0)
            low, high = await asyncio.to_thread(consumer.get_watermark_offsets, place, 60)
        finally:
            consumer.close()
        return int(high - low)

    async def close(self) -> None:
        """Closes what was opened."""
        if self._producer is not None:
            await self._producer.close()

    def _committed(self) -> dict[int, int]:
        admin = AdminClient(librdkafka(self.kafka))
        asked = [TopicPartition(self.topic.name, number) for number in range(self.topic.partitions)]
        (answer,) = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(self.group, asked)]).values()
        # the metadata is not read: confluent-kafka takes it for a C string and reads past its end
        return {found.partition: found.offset for found in answer.result().topic_partitions if found.offset >= 0}

    def _dead_letters(self, count: int) -> list[tuple[DeadLetter, bytes | None, bytes | None]]:
        consumer = confluent_kafka.Consumer(
            {**librdkafka(self.kafka), "group.id": f"{self.group}.reader", "enable.auto.commit": False}
        )
        consumer.assign([TopicPartition(self.topic.dead_letter, 0, confluent_kafka.OFFSET_BEGINNING)])
        try:
            polled = [consumer.poll(60) for _ in range(count)]
        finally:
            consumer.close()
        # a message without value is falsy
        found: list[Any] = [message for message in polled if message is not None]
        assert len(found) == count, f"{count} dead letters expected, {len(found)} are there"
        return [(dead_letter.read(dict(each.headers())), each.key(), each.value()) for each in found]


@dataclass
class Seen(Processor):
    """Keeps the numbers it processed and what it was told of partitions."""

    topic: Topic
    numbers: list[int] = field(default_factory=list)
    had: dict[int, Committed | None] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    pause: float = 0.0

    def __post_init__(self) -> None:
        self.name = "seen"
        self.topics = (self.topic,)

    async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
        self.had[partition] = committed

    async def revoked(self, topic: Topic, partition: int) -> None:
        self.gone.append(partition)

    async def process(self, batch: Batch) -> Outcome:
        await asyncio.sleep(self.pause)
        self.numbers += [record.value["number"] for record in batch.records]
        return Outcome(metadata=f"{batch.partition}:{batch.last_offset}")


async def eventually(check: Any, seconds: float = 100.0) -> None:
    """Waits for an awaitable condition, at most so long."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - the broker is asked, it tells nobody
            await asyncio.sleep(0.05)
