"""What the WhatsApp tests share: settings of the running stack, and a look into its topics."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import confluent_kafka
import pytest

from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings, load


class Tail:
    """Reads what is written to a topic after the tail was made."""

    def __init__(self, topic: str, settings: KafkaSettings) -> None:
        options = {**librdkafka(settings), "group.id": "tail", "enable.auto.commit": False}
        self._consumer = confluent_kafka.Consumer(options)
        partitions = self._consumer.list_topics(topic, timeout=60).topics[topic].partitions
        assigned = []
        for number in partitions:
            at = confluent_kafka.TopicPartition(topic, number)
            at.offset = self._consumer.get_watermark_offsets(at, timeout=60)[1]
            assigned.append(at)
        self._consumer.assign(assigned)

    def until(self, wanted: Callable[[Any], bool], *, seconds: float = 20) -> Any:
        """The first message that is wanted; fails when none comes in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self._consumer.poll(0.2)
            if message is not None and message.error() is None and wanted(message):
                return message
        raise AssertionError("the message did not come")

    def seen(self, *, seconds: float = 1) -> list[tuple[bytes | None, bytes | None]]:
        """Key and value of everything that comes within so long."""
        end = time.monotonic() + seconds
        found = []
        while time.monotonic() < end:
            message = self._consumer.poll(0.1)
            if message is not None and message.error() is None:
                found.append((message.key(), message.value()))
        return found

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture
def tail(stack: Any) -> Iterator[Callable[[str], Tail]]:
    made: list[Tail] = []

    def make(topic: str) -> Tail:
        made.append(Tail(topic, load(KafkaSettings)))
        return made[-1]

    yield make
    for each in made:
        each.close()
