"""`balcao topics replay` on the real broker: a stretch of the past, as it was, once."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings, load
from runtime.topic_replay import OFFSET, PARTITION, TOPIC, Pace, Replayed, replay
from runtime.topic_tail import headers_of
from runtime.topics import apply
from schemas.teams import Team
from schemas.topic import Topic, Visibility
from tests.runtime.fakes import counted

pytestmark = pytest.mark.broker

NOW = datetime.now(UTC)
START, END = NOW - timedelta(days=10), NOW - timedelta(days=9)
TEAM = Team("tests", "Tests.", "tests@balcao.example")


@dataclass
class Past:
    """A public topic of the test's own."""

    topic: Topic
    kafka: KafkaSettings

    def write(self, values: dict[bytes, datetime], partition: int = 0) -> None:
        producer = Producer({**librdkafka(self.kafka)})
        for value, moment in values.items():
            producer.produce(
                self.topic.name,
                value,
                b"key",
                partition=partition,
                timestamp=int(moment.timestamp() * 1000),
                headers=[("twice", b"1"), ("twice", b"2"), ("none", None)],
            )
        assert producer.flush(20) == 0

    def replay(self, start: datetime = START, end: datetime = END, *, dry_run: bool = False) -> Replayed:
        return replay(self.kafka, self.topic, TEAM, start, end, now=NOW, dry_run=dry_run)

    def read(self, topic: str, partition: int = 0) -> list[Message]:
        consumer = Consumer({**librdkafka(self.kafka), "group.id": "tests.read"})
        try:
            _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=60)
            consumer.assign([TopicPartition(topic, partition, 0)])
            found: list[Message] = []
            while len(found) < end:
                found += consumer.consume(end - len(found), 20)
            return found
        finally:
            consumer.close()

    def config(self, topic: str, name: str) -> str:
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        admin = AdminClient(librdkafka(self.kafka))
        (answer,) = admin.describe_configs([resource]).values()
        return str(answer.result()[name].value)

    def exists(self, topic: str) -> bool:
        return topic in AdminClient(librdkafka(self.kafka)).list_topics(timeout=60).topics


@pytest.fixture
async def past(stack: object) -> AsyncIterator[Past]:
    """Two partitions; in the first, records before, in and after the stretch of a day."""
    topic = replace(
        counted(f"test.{uuid.uuid4().hex[:12]}", partitions=2), visibility=Visibility.PUBLIC, retention=None
    )
    kafka = load(KafkaSettings)
    await asyncio.to_thread(apply, kafka, [topic])
    past = Past(topic, kafka)
    hour = timedelta(hours=1)
    past.write({b"before": START - hour, b"first": START, b"second": START + hour, b"after": END, b"long after": NOW})
    past.write({b"other": START + hour}, partition=1)
    yield past


def values(messages: list[Message]) -> list[bytes | str | None]:
    return [message.value() for message in messages]


async def test_it_copies_the_stretch_as_it_was_and_says_where_it_came_from(past: Past) -> None:
    done = past.replay()
    assert (done.target, done.found, done.copied, done.present) == (f"tests.replay.{past.topic.name}", 3, 3, 0)
    copies, originals = past.read(done.target), past.read(past.topic.name)[1:3]
    assert values(copies) == [b"first", b"second"]
    assert values(past.read(done.target, partition=1)) == [b"other"]
    for copy, original in zip(copies, originals, strict=True):
        assert (copy.key(), copy.timestamp()) == (original.key(), original.timestamp())
        assert headers_of(copy)[:3] == headers_of(original)
        assert dict(headers_of(copy)[3:]) == {
            TOPIC: past.topic.name.encode(),
            PARTITION: b"0",
            OFFSET: str(original.offset()).encode(),
        }
    assert len(past.read(past.topic.name)) == 5


async def test_a_second_run_copies_nothing_and_an_interrupted_one_is_finished(past: Past) -> None:
    half = START + timedelta(minutes=30)
    assert past.replay(end=half).copied == 1
    assert (past.replay().copied, past.replay().present) == (2, 3)
    assert values(past.read(past.replay().target)) == [b"first", b"second"]


async def test_a_dry_run_counts_and_makes_nothing(past: Past) -> None:
    done = past.replay(dry_run=True)
    assert (done.found, done.copied, done.present) == (3, 0, 0)
    assert not past.exists(done.target)


async def test_what_was_written_late_belongs_to_its_own_time(past: Past) -> None:
    past.write({b"late": START + timedelta(hours=2)})
    assert past.replay().found == 3, "it comes after a record of the end of the stretch, ten days late"
    past.write({b"on": END - timedelta(minutes=1)}, partition=1)
    past.write({b"past the end": END + timedelta(minutes=5)}, partition=1)
    past.write({b"a bit late": END - timedelta(seconds=1)}, partition=1)
    past.replay()
    found = past.read(past.replay().target, partition=1)
    assert values(found) == [b"other", b"on", b"a bit late"]


async def test_the_copies_stay_a_week_although_their_times_are_older(past: Past) -> None:
    done = past.replay(start=END - timedelta(hours=1))
    day_ms = 86_400_000
    assert int(past.config(done.target, "retention.ms")) >= (7 + 9) * day_ms
    past.replay()
    assert (7 + 10) * day_ms <= int(past.config(done.target, "retention.ms")) < (7 + 11) * day_ms
    past.replay(start=END - timedelta(hours=1))
    assert int(past.config(done.target, "retention.ms")) >= (7 + 10) * day_ms
    assert past.config(done.target, "message.timestamp.type") == "CreateTime"


async def test_times_that_make_no_stretch_are_refused(past: Past) -> None:
    for start, end in ((END, START), (START, START), (START, NOW + timedelta(minutes=1))):
        with pytest.raises(UserError, match="check --from and --to"):
            past.replay(start, end)
    assert not past.exists(f"tests.replay.{past.topic.name}")


async def test_a_rate_holds_every_record_back(past: Past) -> None:
    waits = 0

    class Counting(Pace):
        def wait(self) -> None:
            nonlocal waits
            waits += 1

    replay(past.kafka, past.topic, TEAM, START, END, now=NOW, pace=Counting(1))
    replay(past.kafka, past.topic, TEAM, START, END, now=NOW, pace=Counting(1))
    assert waits == 3
