"""Who consumes a topic, as far as the broker can tell. Asks only; changes nothing.

What Kafka's admin API tells, and what is decided from it:

- It lists consumer groups, their members with the partitions they hold, and the offsets they committed, **not when**.
- The broker deletes a group's offsets ``offsets.retention.minutes`` after its last member left (while it has members:
  that long after its last commit for a topic it does not read any more). An offset that is there was committed by a
  group that was alive within that time, so every offset found counts as a consumer. With a retention of 30 days that is
  exactly the rule; with a longer one it errs towards keeping the topic, and who knows that a group is dead deletes it.
- With a shorter one (Kafka's default is 7 days) a group that stopped before that is not to be seen any more. The check
  cannot say that nobody consumed within 30 days, and says so instead of guessing: ``Usage.blind``.
- Records' timestamps prove nothing about idleness (a group may replay old records today), but they help a person: the
  newest record that a group took was written on a day, and the group was alive on that day or later.
- A consumer that commits nowhere (a console, Flink's own checkpoints) and a share group are not seen by any of this.
  The declared consumers and subscriptions of the register are the other half of the check.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from confluent_kafka import Consumer as KafkaConsumer
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings
from schemas.compatibility.lifecycle import NOTICE, Consumer, Usage

_SECONDS = 30
_READ_SECONDS = 5
_RETENTION = "offsets.retention.minutes"


@dataclass(frozen=True, slots=True)
class Standing:
    """One group's place in one topic: whether a member reads it now, and where each partition was committed."""

    group: str
    reading: bool
    offsets: Mapping[int, int]


def usage(settings: KafkaSettings, topics: Iterable[str]) -> dict[str, Usage]:
    """Who consumes each of these topics, by the rules of this module.

    A topic that the broker does not have has no consumers. Blocks for seconds. Raises ``UserError`` when the broker
    does not answer or does not let us ask.
    """
    wanted = sorted(set(topics))
    if not wanted:
        return {}
    found = {}
    try:
        broker = _Broker(settings)
        kept = broker.offsets_kept()
        standings = broker.standings(wanted)
        for topic in wanted:
            here = standings.get(topic, []) if broker.has(topic) else []
            consumers = [consumer(each, kept, broker.newest_taken(topic, each)) for each in here]
            found[topic] = Usage(tuple(consumers), blind(kept) if broker.has(topic) else "")
    except KafkaException as error:
        raise UserError(
            f"the broker at {settings.bootstrap_servers} does not say who consumes ({error.args[0]}); "
            "start it, or let this user describe groups, topics and brokers."
        ) from error
    return found


def consumer(standing: Standing, kept: timedelta, newest: float | None) -> Consumer:
    """A group that counts, and why. ``newest`` is when the newest record it took was written, if known. Pure."""
    taken = "" if newest is None else f"; the newest record it took was written on {_day(newest)}"
    if standing.reading:
        return Consumer(standing.group, f"reads it now{taken}")
    return Consumer(standing.group, f"has committed offsets, which the broker keeps for {_days(kept)} at most{taken}")


def blind(kept: timedelta) -> str:
    """The sentence about what the broker cannot know any more; empty when it keeps offsets for 30 days. Pure."""
    if kept >= NOTICE:
        return ""
    minutes = int(NOTICE.total_seconds() // 60)
    return (
        f"the broker forgets a group's offsets after {_days(kept)}, so who stopped before that is not to be seen "
        f"(set {_RETENTION} to {minutes} or more)"
    )


class _Broker:
    """The questions. Every method blocks and raises ``KafkaException``."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin = AdminClient(librdkafka(settings))
        self._metadata = self._admin.list_topics(timeout=_SECONDS)

    def has(self, topic: str) -> bool:
        return topic in self._metadata.topics

    def offsets_kept(self) -> timedelta:
        """The shortest of all brokers': any of them may coordinate a group."""
        resources = [ConfigResource(ConfigResource.Type.BROKER, str(broker)) for broker in self._metadata.brokers]
        answers = self._admin.describe_configs(resources, request_timeout=_SECONDS)
        return timedelta(minutes=min(int(answer.result()[_RETENTION].value) for answer in answers.values()))

    def standings(self, topics: Sequence[str]) -> dict[str, list[Standing]]:
        """The groups that have a place in each of the topics."""
        listed = self._admin.list_consumer_groups(request_timeout=_SECONDS).result()
        if listed.errors:
            raise KafkaException(listed.errors[0])
        groups = sorted(each.group_id for each in listed.valid)
        found: dict[str, list[Standing]] = {}
        described = self._admin.describe_consumer_groups(groups, request_timeout=_SECONDS) if groups else {}
        for group in groups:
            reading = _held(described[group].result())
            committed = [each for each in self._committed(group) if each.offset >= 0]
            for topic in topics:
                offsets = {each.partition: each.offset for each in committed if each.topic == topic}
                if offsets or topic in reading:
                    found.setdefault(topic, []).append(Standing(group, topic in reading, offsets))
        return found

    def newest_taken(self, topic: str, standing: Standing) -> float | None:
        """When the newest record before the committed offsets was written, in seconds since 1970."""
        reader = KafkaConsumer(
            {
                **librdkafka(self._settings),
                # a client must name a group to read partitions by hand; nothing is committed for it
                "group.id": "balcao.contracts.reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
            }
        )
        try:
            written = [_written(reader, topic, each, offset - 1) for each, offset in standing.offsets.items()]
        finally:
            reader.close()
        return max((at for at in written if at is not None), default=None)

    def _committed(self, group: str) -> list[TopicPartition]:
        asked = [ConsumerGroupTopicPartitions(group)]
        (answer,) = self._admin.list_consumer_group_offsets(asked, request_timeout=_SECONDS).values()
        return list(answer.result().topic_partitions or ())


def _held(description: Any) -> set[str]:
    """The topics whose partitions a group's members hold now."""
    return {each.topic for member in description.members for each in member.assignment.topic_partitions}


def _written(reader: KafkaConsumer, topic: str, partition: int, offset: int) -> float | None:
    """When the record of that offset was written; ``None`` when it is gone, or is not a record."""
    low, high = reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=_SECONDS)
    if not low <= offset < high:
        return None
    reader.assign([TopicPartition(topic, partition, offset)])
    message = reader.poll(_READ_SECONDS)
    if message is None or message.error() is not None or message.offset() != offset:
        return None
    kind, milliseconds = message.timestamp()
    return milliseconds / 1000 if kind else None


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _days(duration: timedelta) -> str:
    days = duration / timedelta(days=1)
    return f"{days:g} day{'' if days == 1 else 's'}"
