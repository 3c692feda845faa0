"""Letting a consumer group pass records that it cannot take: its committed offset is moved, nothing is deleted."""

import json

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings

_SECONDS = 15
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]


class SkipRefusedError(UserError):
    """The group's offset was left as it was; the sentence says why."""


def skip(settings: KafkaSettings, group: str, topic: str, partition: int, *, to: int | None = None) -> tuple[int, int]:
    """Commits offset ``to`` (the topic's end when ``None``) for the stopped group; returns where it was and is now.

    Blocks. Raises ``SkipRefusedError`` while a process of the group runs, for an offset before the committed one or
    beyond the end; ``KafkaException``.
    """
    admin = AdminClient(librdkafka(settings))
    described = admin.describe_consumer_groups([group], request_timeout=_SECONDS)[group].result()
    if described.state is not ConsumerGroupState.EMPTY:
        raise SkipRefusedError(
            f"the group {group} is {described.state.name.lower()}: stop every process of its station first; "
            "only an idle group's offsets can be moved"
        )
    place = TopicPartition(topic, partition)
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
        raise SkipRefusedError(f"{topic}[{partition}] is at {before.offset} of {end}: it cannot go to {wanted}")
    moved = TopicPartition(topic, partition, wanted, metadata=_kept(before.metadata))
    try:
        admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [moved])], request_timeout=_SECONDS)[
            group
        ].result()
    except KafkaException as error:
        raise SkipRefusedError(f"the broker refused to move {group}: {error.args[0].str()}") from error
    return before.offset, wanted


def _kept(metadata: str | None) -> str:
    """The processor's own text stays: it says what the sink has, which a skip does not change."""
    return metadata or json.dumps({})
