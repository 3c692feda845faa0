"""Filling a new collection from the topic of search documents while the one in use goes on.

The topic is compacted and kept for good, so that it holds the newest document of each product. A rebuild reads it from
its beginning, outside of the sink's group, and writes under the same guards as the sink: in whatever order the two
write, the newest document of a product wins. How far it came is committed under a group of the new collection's name.

Why no change is lost when the alias moves: the sink looks at the alias when a batch begins. The alias is moved; only
then the topic's end is read; then the rebuild copies up to there. A document before that end is copied. One after it
was not in the topic when the alias moved, so that its batch begins later, and goes to the new collection.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from qdrant_client import AsyncQdrantClient

from runtime import dead_letter
from runtime.codec import Decoder
from runtime.errors import BadRecord, UserError
from runtime.kafka import librdkafka
from runtime.letters import reading
from runtime.product_points import aliased
from runtime.records import Record
from runtime.settings import KafkaSettings
from runtime.text.embedder import Embedder
from schemas.access import retry_topic
from schemas.topic import Topic
from sinks.qdrant.collection import create, switch
from sinks.qdrant.plan import newest
from sinks.qdrant.writer import Writer

log = structlog.get_logger(__name__)
_BATCH = 1000
_WAIT = 0.3
_SECONDS = 15
Progress = Callable[[int, int], None]
"""Told of the documents copied by this run and of those left."""


class Rebuild:
    """One new collection. Methods may block long; killed at any moment, another one goes on from where it was."""

    def __init__(
        self,
        kafka: KafkaSettings,
        decoder: Decoder,
        client: AsyncQdrantClient,
        *,
        alias: str,
        collection: str,
        embedder: Embedder,
        topic: Topic,
        group: str,
        progress: Progress = lambda _copied, _left: None,
    ) -> None:
        """``group`` is the sink's: what was redriven to it is copied as well."""
        self._kafka = kafka
        self._decoder = decoder
        self._client = client
        self._alias = alias
        self._collection = collection
        self._writer = Writer(client, collection, embedder)
        self._embedder = embedder
        self._topic = topic
        self._retry = retry_topic(group)
        self._progress = progress
        self._copied = 0

    async def fill(self) -> None:
        """Creates the collection where it is missing, and copies until nothing is left at that moment.

        Raises ``UserError``, ``RegistryUnavailable``, and what the index answers.
        """
        await create(self._client, self._collection, self._embedder)
        await self._catch_up()

    async def switch(self) -> None:
        """Copies the rest, points the alias at the collection, and copies what was written meanwhile. Raises as above.

        Once the alias has moved, a run that ended is gone on with by calling it again.
        """
        await self.fill()
        if await aliased(self._client, self._alias) != self._collection:
            await switch(self._client, self._alias, self._collection)
            log.info("the alias moved", alias=self._alias, collection=self._collection)
        await self._catch_up()

    async def _catch_up(self) -> None:
        consumer = Consumer(
            {
                **librdkafka(self._kafka),
                "group.id": follower(self._collection),
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "log_level": 0,
            }
        )
        try:
            ends = await asyncio.to_thread(ends_of, consumer, self._topic)
            positions = await asyncio.to_thread(positions_of, consumer, self._topic, ends)
            await self._copy(consumer, positions, ends)
            await self._copy_redriven()
        finally:
            await asyncio.to_thread(consumer.close)

    async def _copy(self, consumer: Consumer, positions: dict[int, int], ends: Mapping[int, int]) -> None:
        name = self._topic.name
        left = {number for number, end in ends.items() if positions[number] < end}
        if not left:
            return
        consumer.assign([TopicPartition(name, number, positions[number]) for number in sorted(left)])
        while left:
            messages = await asyncio.to_thread(consumer.consume, _BATCH, _WAIT)
            records: list[Record] = []
            for message in messages:
                number, error = message.partition() or 0, message.error()
                if error is not None and error.code() == KafkaError._PARTITION_EOF:
                    positions[number] = max(positions[number], ends[number])
                elif error is not None:
                    raise UserError(f"The broker does not give {name}: {error.str().rstrip('.')}.")
                else:
                    records += self._record(message, message.offset() or 0)
                    positions[number] = (message.offset() or 0) + 1
            await self._write(records)
            if messages:
                done = [TopicPartition(name, number, positions[number]) for number in sorted(ends)]
                await asyncio.to_thread(_commit, consumer, done)
            left = {number for number in left if positions[number] < ends[number]}
            self._progress(self._copied, sum(max(0, ends[number] - positions[number]) for number in ends))

    async def _copy_redriven(self) -> None:
        """What came back to the sink was changed by hand or newly readable; the topic has it as it was."""
        spans = await asyncio.to_thread(reading.spans, self._kafka, [self._retry])
        records: list[Record] = []
        for message in await asyncio.to_thread(lambda: list(reading.read(self._kafka, spans))):
            try:
                said = dead_letter.read(reading.headers(message))
            except ValueError:
                continue
            if said.topic == self._topic.name:
                records += self._record(message, said.offset)
        await self._write(records)

    def _record(self, message: Message, offset: int) -> Sequence[Record]:
        """The record; none for one that the sink put to the dead letters."""
        key, value = message.key(), message.value()
        try:
            text = (key or b"").decode()
            decoded = self._decoder.decode(value or b"")
        except (BadRecord, UnicodeDecodeError):
            return ()
        return [Record(offset, message.timestamp()[1], text, decoded, {}, key, value)]

    async def _write(self, records: Sequence[Record]) -> None:
        changes, _ = newest(records)
        await self._writer.write(changes)
        self._copied += len(records)


def follower(collection: str) -> str:
    """The consumer group under which a rebuild keeps how far the collection is."""
    return f"balcao.index.{collection}"


def ends_of(consumer: Consumer, topic: Topic) -> dict[int, int]:
    """Where each of the topic's partitions ends. Blocks. Raises ``UserError``."""
    try:
        numbers = sorted(consumer.list_topics(topic.name, timeout=_SECONDS).topics[topic.name].partitions)
        return {
            number: consumer.get_watermark_offsets(TopicPartition(topic.name, number), timeout=_SECONDS)[1]
            for number in numbers
        }
    except KafkaException as error:
        raise UserError(f"The broker does not tell where {topic.name} ends: {error.args[0].str()}") from error


def positions_of(consumer: Consumer, topic: Topic, ends: Mapping[int, int]) -> dict[int, int]:
    """How far the consumer's group is in each partition, 0 where it never was. Blocks. Raises ``UserError``."""
    try:
        found = consumer.committed([TopicPartition(topic.name, number) for number in ends], timeout=_SECONDS)
    except KafkaException as error:
        raise UserError(f"The broker does not tell how far the rebuild is: {error.args[0].str()}") from error
    return {each.partition: max(each.offset, 0) for each in found}


def _commit(consumer: Consumer, done: list[TopicPartition]) -> None:
    try:
        consumer.commit(offsets=done, asynchronous=False)
    except KafkaException as error:
        # the guards make it harmless to copy a stretch again
        if error.args[0].code() not in (KafkaError._NO_OFFSET, KafkaError.REQUEST_TIMED_OUT):
            raise
        log.warning("the rebuild's position was not kept", error=str(error))
