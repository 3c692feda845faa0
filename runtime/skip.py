"""Letting a consumer group pass records that it cannot take: its committed offset is moved, nothing is deleted."""

import json

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings
from schemas.topic import Topic

_SECONDS = 15
_IDLE = (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)
"""Without members; dead is what the broker calls a group that it does not know (yet)."""
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]


class SkipRefusedError(UserError):
    """The group's offset was left as it was; the sentence says why."""


def skip(
    settings: KafkaSettings, group: str, topic: Topic, partition: int, *, to: int | None = None
) -> tuple[int, int]:
    """Commits offset ``to`` (the topic's end when ``None``) for the stopped group; returns where it was and is now.

    Blocks. Raises ``SkipRefusedError`` while a process of the group runs, for a partition that is not there, for an
    offset before the committed one or beyond the end; ``UserError`` when the broker does not answer.
    """
    if not 0 <= partition < topic.partitions:
        raise SkipRefusedError(f"{topic.name} has no partition {partition}: the last is {topic.partitions - 1}")
    try:
        return _skip(AdminClient(librdkafka(settings)), group, TopicPartition(topic.name, partition), to)
    except KafkaException as error:
        raise UserError(f"The broker did not move {group} ({error.args[0].str()}); look at `balcao status`.") from error


def _skip(admin: AdminClient, group: str, place: TopicPartition, to: int | None) -> tuple[int, int]:
    described = admin.describe_consumer_groups([group], request_timeout=_SECONDS)[group].result()
    if described.state not in _IDLE:
        raise SkipRefusedError(
            f"the group {group} is {described.state.name.lower()}: stop every process of its station first; "
            "only an idle group's offsets can be moved"
        )
    (before,) = (
        admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [place])], request_timeout=_SECONDS)[
            group
        ]
        .result()
        .topic_partitions
    )
    end = admin.list_offsets({place: _LATEST}, request_timeout=_SECONDS)[place].result().offset
    wanted = end if to is None else to
    if not max(before.offset, 0) <= wanted <= end:
        where = f"{place.topic}[{place.partition}]"
        raise SkipRefusedError(f"{where} is at {before.offset} of {end}: it cannot go to {wanted}")
    moved = TopicPartition(place.topic, place.partition, wanted, metadata=_kept(before.metadata))
    admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [moved])], request_timeout=_SECONDS)[
        group
    ].result()
    return before.offset, wanted


def _kept(metadata: str | None) -> str:
    """The processor's own text stays: it says what the sink has, which a skip does not change."""
    return metadata or json.dumps({})
