"""The broker's topics, made from the register: created when missing, compared when they are there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic  # type: ignore[attr-defined]

from runtime.errors import UserError
from runtime.kafka import LETTER_BYTES, RECORD_BYTES, librdkafka
from runtime.settings import KafkaSettings
from schemas.access import retry_topic
from schemas.topic import Topic

DEAD_LETTER_RETENTION = timedelta(days=30)
RETRY_RETENTION = 2 * DEAD_LETTER_RETENTION
"""Longer than a dead letter lives: what came back already is known from its retry topic."""

_SECONDS = 30


class TopicsMissingError(UserError):
    """The broker lacks topics that a station reads; the sentence names them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as the broker should have it."""

    name: str
    partitions: int
    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class Applied:
    """What ``apply`` found and did. ``differences`` are sentences about topics it left as they are."""

    created: Sequence[str]
    present: Sequence[str]
    differences: Sequence[str]


def wanted(topics: Iterable[Topic], groups: Iterable[str] = ()) -> list[Wanted]:
    """Each topic and its dead-letter topic, which keeps its records for 30 days; and each group's retry topic."""
    found = []
    for topic in topics:
        largest = {"max.message.bytes": str(RECORD_BYTES)}
        found.append(Wanted(topic.name, topic.partitions, {**topic.broker_config(), **largest}))
        letters = {
            "cleanup.policy": "delete",
            "retention.ms": str(int(DEAD_LETTER_RETENTION.total_seconds() * 1000)),
            "min.insync.replicas": topic.broker_config()["min.insync.replicas"],
            "max.message.bytes": str(LETTER_BYTES),
        }
        found.append(Wanted(topic.dead_letter, 1, letters))
    again = {
        "cleanup.policy": "delete",
        "retention.ms": str(int(RETRY_RETENTION.total_seconds() * 1000)),
        "min.insync.replicas": "1",
        "max.message.bytes": str(LETTER_BYTES),
    }
    return [*found, *(Wanted(retry_topic(group), 1, again) for group in groups)]


def apply(
    settings: KafkaSettings, topics: Iterable[Topic], *, groups: Iterable[str] = (), replication: int = -1
) -> Applied:
    """Creates what is missing and reports what differs; a topic that is there is never changed.

    With more partitions a key would change its partition, with a shorter retention records would go: a person decides.
    ``replication`` of -1 is the broker's default. Blocks. Idempotent. Raises ``KafkaException``.
    """
    admin = AdminClient(librdkafka(settings))
    existing = admin.list_topics(timeout=_SECONDS).topics
    plan = wanted(topics, groups)
    missing = [topic for topic in plan if topic.name not in existing]
    present = [topic for topic in plan if topic.name in existing]
    created = _create(admin, missing, replication)
    differences = [
        f"{topic.name} has {len(existing[topic.name].partitions)} partitions, the register says {topic.partitions}"
        for topic in present
        if len(existing[topic.name].partitions) != topic.partitions
    ]
    differences += _config_differences(admin, present)
    return Applied(created, [topic.name for topic in present], differences)


def _create(admin: AdminClient, missing: Sequence[Wanted], replication: int) -> list[str]:
    if not missing:
        return []
    asked = [NewTopic(topic.name, topic.partitions, replication, config=topic.config) for topic in missing]
    created = []
    for name, answer in admin.create_topics(asked, request_timeout=_SECONDS).items():
        try:
            answer.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
        else:
            created.append(name)
    return created


def _config_differences(admin: AdminClient, present: Sequence[Wanted]) -> list[str]:
    if not present:
        return []
    resources = {ConfigResource(ConfigResource.Type.TOPIC, topic.name): topic for topic in present}
    found = []
    for resource, answer in admin.describe_configs(list(resources), request_timeout=_SECONDS).items():
        actual = {name: entry.value for name, entry in answer.result().items()}
        for name, value in resources[resource].config.items():
            if actual.get(name) != value:
                found.append(f"{resource.name} has {name}={actual.get(name)}, the register says {value}")
    return sorted(found)


def require(settings: KafkaSettings, topics: Iterable[Topic]) -> frozenset[str]:
    """The names of all topics that the broker shows us. Blocks.

    Raises ``TopicsMissingError`` when one of ``topics`` or of their dead-letter topics is not among them.
    """
    existing = AdminClient(librdkafka(settings)).list_topics(timeout=_SECONDS).topics
    missing = sorted(topic.name for topic in wanted(topics) if topic.name not in existing)
    if missing:
        raise TopicsMissingError(
            f"the broker has no topic {', '.join(missing)}. Create them from the register with `balcao topics apply`."
        )
    return frozenset(existing)
