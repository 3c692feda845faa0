"""Records that nobody can take, put into the seed's topics, and the dead letter that each must become."""

import random
import struct
from collections.abc import Iterator

import confluent_kafka

from runtime.kafka import librdkafka
from schemas.topic import Cleanup, Topic
from tests.faults.ground import Ground
from tests.faults.names import INDEX, STREAM, WAREHOUSE
from tests.faults.oracle import Letter

_UNKNOWN_ID = 2**30


def poison(ground: Ground, chance: random.Random, sample: dict[str, tuple[bytes, bytes]]) -> set[Letter]:
    """Writes some, and returns the letters they must become. ``sample`` is a good key and value of each topic, by name.

    Blocks until the broker has them.
    """
    letters: set[Letter] = set()
    producer = confluent_kafka.Producer(
        {**librdkafka(ground.kafka), "enable.idempotence": True, "delivery.timeout.ms": 120_000}
    )
    for topic in (*ground.names.captured, ground.names.documents):
        compacted = topic.cleanup is Cleanup.COMPACT
        for cause, key, value in _bad(chance, *sample[topic.name], compacted=compacted):
            number = chance.randrange(topic.partitions)
            offset = _send(producer, topic, number, key, value)
            letters |= {(group, topic.name, number, offset, cause) for group in _groups(ground, topic)}
    return letters


def _bad(
    chance: random.Random, key: bytes, value: bytes, *, compacted: bool
) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """A few of the ways in which a record can be bad: its cause, key and value."""
    ways: list[tuple[str, bytes | None, bytes | None]] = [
        ("wrong-magic-byte", key, b"\x07" + value[1:]),
        ("unknown-schema-id", key, struct.pack(">bI", 0, _UNKNOWN_ID) + value[5:]),
        ("undecodable", key, value[: len(value) // 2]),
        # a compacted topic takes no record without a key
        ("key-mismatch", b"999999", value) if compacted else ("null-key", None, value),
    ]
    yield from chance.sample(ways, 2)


def _groups(ground: Ground, topic: Topic) -> list[str]:
    stations = (INDEX,) if topic.name == ground.names.documents.name else (WAREHOUSE, STREAM)
    return [ground.names.group(station) for station in stations]


def _send(producer: confluent_kafka.Producer, topic: Topic, number: int, key: bytes | None, value: bytes | None) -> int:
    offsets: list[int] = []

    def told(error: object, message: confluent_kafka.Message) -> None:
        if error is None:
            offset = message.offset()
            assert offset is not None
            offsets.append(offset)

    producer.produce(topic.name, value, key, number, on_delivery=told)
    producer.flush(120)
    if not offsets:
        raise TimeoutError(f"the broker did not take a poison record of {topic.name}")
    return offsets[0]
