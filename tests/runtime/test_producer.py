"""Confirmed means confirmed; what is not raises."""

import asyncio

import confluent_kafka
import pytest

from runtime.kafka import LETTER_BYTES, librdkafka
from runtime.producer import Message, ProduceError, Producer
from tests.runtime.broker import Ground

pytestmark = pytest.mark.broker


def count(ground: Ground) -> int:
    consumer = confluent_kafka.Consumer({**librdkafka(ground.kafka), "group.id": "count"})
    try:
        return sum(
            consumer.get_watermark_offsets(confluent_kafka.TopicPartition(ground.topic.name, number))[1]
            for number in range(ground.topic.partitions)
        )
    finally:
        consumer.close()


def values(ground: Ground, expected: int) -> list[bytes | None]:
    consumer = confluent_kafka.Consumer({**librdkafka(ground.kafka), "group.id": "values"})
    try:
        consumer.assign(
            [confluent_kafka.TopicPartition(ground.topic.name, n, 0) for n in range(ground.topic.partitions)]
        )
        found: list[bytes | None] = []
        while len(found) < expected and (got := consumer.consume(10_000, timeout=10)):
            found += [message.value() for message in got]
        return found
    finally:
        consumer.close()


async def test_all_messages_are_there_when_send_returns(ground: Ground) -> None:
    producer = Producer(ground.kafka, client_id="test")
    # more than the local queue holds (100,000), from several tasks at once
    parts = [[Message(ground.topic.name, str(n), b"x") for n in range(40_000)] for _ in range(3)]
    await asyncio.gather(*(producer.send(part) for part in parts))
    assert await asyncio.to_thread(count, ground) == 120_000
    await producer.close()


async def test_a_message_that_the_broker_does_not_take_raises_with_its_reason(ground: Ground) -> None:
    producer = Producer(ground.kafka, client_id="test")
    with pytest.raises(ProduceError, match=r"1 x .*UNKNOWN_TOPIC.* of 2 messages"):
        await producer.send([Message(ground.topic.name, "k", b"x"), Message("test.never-created", "k", b"x")])
    with pytest.raises(ProduceError, match="MSG_SIZE_TOO_LARGE"):
        await producer.send([Message(ground.topic.name, "k", b"x" * (LETTER_BYTES + 1))])
    await producer.send([Message(ground.topic.name, "k", b"and it goes on")])
    await producer.close()


async def test_what_is_put_bit_by_bit_is_all_there_in_order_when_confirmed(ground: Ground) -> None:
    producer = Producer(ground.kafka, client_id="test")
    sending = producer.sending()
    for start in range(0, 120_000, 30_000):
        await sending.put([Message(ground.topic.name, "k", str(n).encode()) for n in range(start, start + 30_000)])
    await sending.confirmed()
    assert await asyncio.to_thread(count, ground) == 120_000
    assert await asyncio.to_thread(values, ground, 120_000) == [str(n).encode() for n in range(120_000)]
    await producer.sending().confirmed()
    await producer.close()


async def test_one_part_refused_is_told_when_the_whole_is_to_be_confirmed(ground: Ground) -> None:
    producer = Producer(ground.kafka, client_id="test")
    sending = producer.sending()
    await sending.put([Message(ground.topic.name, "k", b"x" * (LETTER_BYTES + 1))])
    await sending.put([Message(ground.topic.name, "k", b"x")])
    with pytest.raises(ProduceError, match=r"1 x .*MSG_SIZE_TOO_LARGE.* of 2 messages"):
        await sending.confirmed()
    await producer.close()
