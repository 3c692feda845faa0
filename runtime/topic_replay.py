"""A stretch of a public topic's past, copied into a private topic of one team; the public topic is only read.

Records go as they are, with their keys, values, headers and timestamps, into the partition with the same number, and
with three more headers that say where each came from. Those headers are what makes a second run harmless: what is
there already, from an interrupted run or an overlapping one, is not copied again.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
)

from runtime.access import Access
from runtime.errors import UserError
from runtime.kafka import RECORD_BYTES, librdkafka
from runtime.settings import KafkaSettings
from runtime.topic_tail import headers_of, offset_at
from schemas import access
from schemas.teams import Team
from schemas.topic import Topic

TOPIC, PARTITION, OFFSET = "replay.topic", "replay.partition", "replay.offset"
KEPT = timedelta(days=7)
LATE = timedelta(minutes=10)
"""How much later than its time a record may have been written, and still be found."""

_SECONDS = 30
_BATCH = 1000
_WAIT = 0.3
_POLL = 0.05
_LEADERLESS = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found and did; ``present`` records were in ``target`` already."""

    target: str
    found: int
    copied: int
    present: int


class Pace:
    """Lets ``rate`` records a second pass, or all when it is ``None``."""

    def __init__(
        self,
        rate: float | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._monotonic, self._sleep = monotonic, sleep
        self._next = monotonic()

    def wait(self) -> None:
        """Blocks until the next record may go. Time that was not used is not made up for."""
        if self._gap:
            now = self._monotonic()
            if self._next > now:
                self._sleep(self._next - now)
            self._next = max(self._next, now) + self._gap


def replay(
    settings: KafkaSettings,
    topic: Topic,
    team: Team,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    dry_run: bool = False,
    pace: Pace | None = None,
) -> Replayed:
    """Copies the records of ``topic`` with ``start <= timestamp < end`` to the team's replay topic, made when missing.

    That topic keeps them for ``KEPT`` from now on. With ``dry_run`` nothing is made or written. Blocks. May be run
    again. Two at the same time for the same team and topic may copy a record twice. Raises ``UserError``,
    ``KafkaException``.
    """
    if not start < end <= now:
        raise UserError("A replay goes from one time to a later one, and not into the future: check --from and --to.")
    require_subscribed(settings, topic, team)
    target = access.replay_topic(team.name, topic.name)
    copier = _Copier(settings, topic.name, target, pace or Pace(None), dry_run=dry_run)
    try:
        if not dry_run:
            copier.prepare(KEPT + (now - start))
        for number in copier.partitions(topic.name):
            copier.copy(number, start, end)
    finally:
        copier.close()
    return Replayed(target, copier.counts["found"], copier.counts["copied"], copier.counts["present"])


def require_subscribed(settings: KafkaSettings, topic: Topic, team: Team) -> None:
    """Raises ``UserError`` when the broker checks permissions and the team may not read the topic. Blocks."""
    broker = Access(settings)
    needed = access.Grant(access.principal(team.name), "topic", topic.name, "read")
    if broker.enabled() and needed not in broker.grants():
        raise UserError(
            f"{team.name} may not read {topic.name}, nor its past: "
            f"run `balcao subscribe {topic.name} --team {team.name}` first."
        )


class _Copier:
    def __init__(self, settings: KafkaSettings, source: str, target: str, pace: Pace, *, dry_run: bool) -> None:
        self._source, self._target, self._pace, self._dry_run = source, target, pace, dry_run
        connection = {**librdkafka(settings), "log_level": 3}
        self._admin = AdminClient(connection)
        self._consumer = Consumer(
            {**connection, "group.id": "balcao.replay", "enable.auto.commit": False, "enable.partition.eof": True}
        )
        self._producer = Producer(
            {
                **connection,
                "acks": "all",
                "enable.idempotence": True,
                "message.max.bytes": RECORD_BYTES,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        self._failed: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def close(self) -> None:
        self._producer.flush(_SECONDS)
        self._consumer.close()

    def partitions(self, topic: str) -> list[int]:
        known = self._consumer.list_topics(timeout=_SECONDS).topics
        return sorted(known[topic].partitions) if topic in known else []

    def prepare(self, retention: timedelta) -> None:
        """Brings the target to the source's partitions, and to a retention that lets the oldest record stay."""
        wanted, there = len(self.partitions(self._source)), len(self.partitions(self._target))
        if not wanted:
            raise UserError(f"The broker has no topic {self._source}. Create it with `balcao topics apply`.")
        # The timestamps are the originals, and retention counts from them.
        hours = -(-int(retention.total_seconds()) // 3600)
        kept_ms = str(hours * 3_600_000)
        if not there:
            config = {"cleanup.policy": "delete", "retention.ms": kept_ms, "message.timestamp.type": "CreateTime"}
            fresh = NewTopic(self._target, wanted, -1, config=config)
            _finish(self._admin.create_topics([fresh], request_timeout=_SECONDS))
            self._await_partitions(wanted)
            return
        if there < wanted:
            _finish(self._admin.create_partitions([NewPartitions(self._target, wanted)], request_timeout=_SECONDS))
            self._await_partitions(wanted)
        resource = ConfigResource(ConfigResource.Type.TOPIC, self._target)
        (described,) = self._admin.describe_configs([resource], request_timeout=_SECONDS).values()
        if int(described.result()["retention.ms"].value) < int(kept_ms):
            change = ConfigEntry("retention.ms", kept_ms, incremental_operation=AlterConfigOpType.SET)
            asked = ConfigResource(ConfigResource.Type.TOPIC, self._target, incremental_configs=[change])
            _finish(self._admin.incremental_alter_configs([asked], request_timeout=_SECONDS))

    def copy(self, number: int, start: datetime, end: datetime) -> None:
        """One partition, in order. Raises ``UserError`` when the broker did not confirm some of it."""
        _, high = self._bounds(self._source, number)
        first = offset_at(self._consumer, self._source, number, start, high)
        last = offset_at(self._consumer, self._source, number, end + LATE, high)
        done = self._copied(number, first, last)
        since, until = int(start.timestamp() * 1000), int(end.timestamp() * 1000)
        for message in self._read(self._source, number, first, last):
            if not since <= message.timestamp()[1] < until:
                continue
            offset = message.offset() or 0
            self.counts["found"] += 1
            if done[offset - first]:
                self.counts["present"] += 1
            elif not self._dry_run:
                self._pace.wait()
                self._send(message, number)
        left = self._producer.flush(_SECONDS)
        if left or self._failed:
            causes = ", ".join(sorted(self._failed)) or "no answer"
            raise UserError(f"{left + self._failed.total()} records were not confirmed ({causes}): run it again.")

    def _copied(self, number: int, first: int, last: int) -> bytearray:
        """A byte an offset of the source from ``first`` on: 1 for those that the target has."""
        done = bytearray(max(0, last - first))
        if number not in self.partitions(self._target):
            return done
        low, high = self._bounds(self._target, number)
        for message in self._read(self._target, number, low, high):
            headers = {name: value or b"" for name, value in headers_of(message)}
            try:
                place = headers[TOPIC].decode(), int(headers[PARTITION]), int(headers[OFFSET])
            except (KeyError, ValueError):
                continue  # somebody else's record, and none that this could have copied
            if place[:2] == (self._source, number) and first <= place[2] < last:
                done[place[2] - first] = 1
        return done

    def _bounds(self, topic: str, number: int) -> tuple[int, int]:
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                return self._consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=_SECONDS)
            except KafkaException as error:
                # A partition that was made just now gets its leader a little later.
                if error.args[0].code() not in _LEADERLESS or time.monotonic() > deadline:
                    raise
                time.sleep(_POLL)

    def _read(self, topic: str, number: int, first: int, last: int) -> Iterator[Message]:
        if first >= last:
            return
        self._consumer.assign([TopicPartition(topic, number, first)])
        while True:
            for message in self._consumer.consume(_BATCH, _WAIT):
                if error := message.error():
                    if error.code() == KafkaError._PARTITION_EOF:
                        return
                    raise KafkaException(error)
                if (message.offset() or 0) >= last:
                    return
                yield message

    def _send(self, message: Message, number: int) -> None:
        origin = ((TOPIC, self._source), (PARTITION, str(number)), (OFFSET, str(message.offset())))
        headers: list[Any] = [*headers_of(message), *((name, text.encode()) for name, text in origin)]
        while True:
            try:
                self._producer.produce(
                    self._target,
                    value=message.value(),
                    key=message.key(),
                    partition=number,
                    timestamp=message.timestamp()[1],
                    headers=headers,
                    on_delivery=self._report,
                )
            except BufferError:
                self._producer.poll(_WAIT)
            else:
                self._producer.poll(0)
                return

    def _report(self, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self.counts["copied"] += 1
        else:
            self._failed[str(error.name())] += 1

    def _await_partitions(self, wanted: int) -> None:
        deadline = time.monotonic() + _SECONDS
        while len(self.partitions(self._target)) < wanted:
            if time.monotonic() > deadline:
                raise UserError(f"The broker did not make {self._target} within {_SECONDS} s; look at its log.")
            time.sleep(_POLL)


def _finish(answers: Any) -> None:
    for answer in answers.values():
        answer.result()
