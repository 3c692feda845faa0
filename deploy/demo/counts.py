"""How much has gone through: records by topic, rows, points."""

from collections.abc import Sequence
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition

from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings
from runtime.topics import wanted
from schemas.events import EVENTS
from schemas.topic import Topic
from schemas.topics import ESCALATION, INBOUND, REPLY, SEARCH_DOCUMENTS, TOPICS

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Records ever produced, by what they are to a person who watches."""

    captured: int
    domain_events: int
    search_documents: int
    messages: int
    replies: int
    escalations: int
    dead_letters: int


class TopicCounts:
    """Asks the broker for the ends of topics; blocks, so call it from a thread. Close it afterwards."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._consumer = Consumer({**librdkafka(settings), "group.id": "balcao.watch"})

    def read(self) -> Counts:
        """The counts now. Raises ``confluent_kafka.KafkaException`` when the broker is away."""
        return Counts(
            captured=self._produced([topic for topic in TOPICS if topic.table]),
            domain_events=self._produced(EVENTS),
            search_documents=self._produced([SEARCH_DOCUMENTS]),
            messages=self._produced([INBOUND]),
            replies=self._produced([REPLY]),
            escalations=self._produced([ESCALATION]),
            dead_letters=self._produced(TOPICS, dead_letters=True),
        )

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close()

    def _produced(self, topics: Sequence[Topic], *, dead_letters: bool = False) -> int:
        names = {topic.dead_letter if dead_letters else topic.name for topic in topics}
        return sum(
            self._consumer.get_watermark_offsets(TopicPartition(found.name, number), timeout=_SECONDS)[1]
            for found in wanted(topics)
            if found.name in names
            for number in range(found.partitions)
        )
