"""Rows near and beyond BigQuery's 10 MB, from PostgreSQL to BigQuery or to the dead letters."""

import asyncio
import random
import uuid
from typing import TypedDict

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from deploy.local.stack import Stack
from runtime import dead_letter
from runtime.clock import SystemClock
from runtime.errors import BadRecord
from runtime.kafka import librdkafka
from runtime.producer import Producer
from runtime.records import Record
from runtime.settings import BigQuerySettings, KafkaSettings, load
from schemas.topic import Table, Topic
from sinks.bigquery.processor import BigQuerySink
from sinks.bigquery.warehouse import Warehouse
from sinks.bigquery.wiring import connect
from tests.bigquery.capture import Capture, owner_of

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
SIZES = (4_000_000, 11_000_000, 4_000_000, 5, 4_000_000)


class Row(TypedDict):
    """A table with a long text."""

    id: int
    note: str | None


def topic_of(capture: Capture) -> Topic:
    return Topic(
        name=capture.topic("large"),
        value=Row,
        description="A test.",
        owner="test",
        producers=("connectors.postgres",),
        table=Table(database="marketplace", schema="public", name="large", primary_key=("id",)),
    )


async def test_a_batch_over_ten_megabytes_is_split_and_a_row_over_them_is_a_dead_letter(stack: Stack) -> None:
    settings = load(BigQuerySettings).model_copy(update={"dataset": f"large_{uuid.uuid4().hex[:8]}"})
    clock = SystemClock()
    async with owner_of(stack) as owner:
        await owner.execute("DROP TABLE IF EXISTS large")
        await owner.execute("CREATE TABLE large (id bigint PRIMARY KEY, note text)")
        capture = Capture(owner, ["large"])
        topic = topic_of(capture)
        await capture.start()
        sink = BigQuerySink([topic], lambda: connect(settings, [topic], clock), clock=clock)
        warehouse = Warehouse(settings)
        await sink.start()
        try:
            await sink.assigned(topic, 0, None)
            for number, size in enumerate(SIZES):
                # what does not compress, so that the broker sees its size too
                note = random.Random(number).randbytes(size // 2).hex()
                await owner.execute("INSERT INTO large VALUES (%s, %s)", (number, note))
            outcome = await capture.into(sink, topic, len(SIZES))
            ((letter, bad),) = outcome.rejected
            assert (letter.value["after"]["id"], bad.cause) == (1, "row-too-large")
            rows = await warehouse.query(f"SELECT id, LENGTH(note) AS size FROM `{warehouse.dataset}.large_current`")
            expected = {number: size // 2 * 2 for number, size in enumerate(SIZES) if number != 1}
            assert {row.id: row.size for row in rows} == expected
            assert await buried(topic, letter, bad.cause) == letter.raw_value
        finally:
            await sink.stop()
            await warehouse.close()
            await capture.stop()


async def buried(topic: Topic, letter: Record, cause: str) -> bytes | None:
    """The value of the dead letter as the broker keeps it."""
    kafka = load(KafkaSettings)
    admin = AdminClient(librdkafka(kafka))
    await asyncio.to_thread(admin.create_topics([NewTopic(topic.dead_letter, 1, 1)])[topic.dead_letter].result)
    producer = Producer(kafka, client_id="test")
    consumer = Consumer({**librdkafka(kafka), "group.id": topic.name})
    try:
        bad = BadRecord(cause, "why")
        await producer.send([dead_letter.message(topic, 0, letter, bad, group="test")])
        consumer.assign([TopicPartition(topic.dead_letter, 0, 0)])
        message = await asyncio.to_thread(consumer.poll, 60)
        assert message is not None
        assert message.error() is None
        return message.value()
    finally:
        consumer.close()
        await producer.close()
        admin.delete_topics([topic.dead_letter])[topic.dead_letter].result()
