"""How fresh and how busy topics are, asked of the broker: positions and timestamps, never a record."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import structlog
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from runtime.clock import Clock, SystemClock
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings
from schemas.topic import Topic

log = structlog.get_logger(__name__)

MINUTES = 30
_SECONDS = 4.0
_FRESH_SECONDS = 1.0
_AWAY_SECONDS = 3.0
# the last one, "no leaders found", is what the client says when every topic asked for is unknown
_ABSENT = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError._NOENT,
}

State = Literal["ok", "away", "absent"]
Place = tuple[str, int]
"""A topic's partition."""
Spec = Literal["first", "end", "newest"] | int
"""Which position is asked for; a number is the first one at or after that time, in milliseconds."""


class Broker(Protocol):
    """What is asked of a broker. Both block; both raise ``KafkaException``."""

    def positions(self, places: Iterable[Place], spec: Spec) -> dict[Place, tuple[int, int]]:
        """Offset and timestamp (milliseconds) in each place; -1 where no record fits, or where there is no time.

        Places of a topic that the broker does not have are left out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page shows. ``minutes`` counts the records of each of the last minutes, the running one last.

    ``records`` is how many positions the topic holds: after compaction, fewer records. ``per_minute`` is the mean over
    the last five minutes.
    """

    state: State
    age_seconds: float | None = None
    per_minute: float = 0.0
    records: int = 0
    minutes: Sequence[int] = ()


_SPECS: dict[str, Callable[[], Any]] = {
    "first": OffsetSpec.earliest,
    "end": OffsetSpec.latest,
    "newest": OffsetSpec.max_timestamp,
}


class AdminBroker:
    """A broker through its admin interface."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._admin = AdminClient({**librdkafka(settings), "client.id": "balcao.catalogue", "log_level": 2})

    def positions(self, places: Iterable[Place], spec: Spec) -> dict[Place, tuple[int, int]]:
        asked = (
            {TopicPartition(*place): _SPECS[spec]() for place in places}
            if isinstance(spec, str)
            else {TopicPartition(*place): OffsetSpec.for_timestamp(spec) for place in places}
        )
        found: dict[Place, tuple[int, int]] = {}
        for where, answer in self._admin.list_offsets(asked, request_timeout=_SECONDS).items():
            try:
                position = answer.result()
            except KafkaException as error:
                if error.args[0].code() not in _ABSENT:
                    raise
            else:
                found[where.topic, where.partition] = position.offset, position.timestamp
        return found


class Live:
    """Figures of the register's topics. One question at a time reaches the broker; answers are kept for a second."""

    def __init__(self, broker: Broker | None, topics: Sequence[Topic], clock: Clock | None = None) -> None:
        self._broker = broker
        self._topics = {topic.name: topic for topic in topics}
        self._clock = clock or SystemClock()
        self._lock = asyncio.Lock()
        self._kept: dict[str, tuple[float, Any]] = {}
        self._bounds: dict[tuple[str, int], dict[Place, int]] = {}
        self._away_until = float("-inf")

    async def figures(self, name: str) -> Figures:
        """One topic's figures. Raises ``KeyError`` for a topic that the register does not have."""
        topic = self._topics[name]
        found = await self._ask(name, lambda broker: self._figures(broker, topic))
        return found if isinstance(found, Figures) else Figures("away")

    async def ages(self) -> dict[str, float | None] | None:
        """Seconds since each topic's newest record, None for an empty one; None altogether without a broker."""
        found: dict[str, float | None] | None = await self._ask("", self._ages)
        return found

    async def _ask(self, key: str, question: Callable[[Broker], Any]) -> Any:
        """The answer, or None when the broker gives none; then it is left alone for a while."""
        if self._broker is None:
            return None
        async with self._lock:
            asked, answer = self._kept.get(key, (float("-inf"), None))
            if self._clock.monotonic() - asked <= _FRESH_SECONDS:
                return answer
            if self._clock.monotonic() < self._away_until:
                return None
            try:
                answer = await asyncio.to_thread(question, self._broker)
            except KafkaException as error:
                log.warning("the broker gives no figures", error=str(error))
                self._away_until = self._clock.monotonic() + _AWAY_SECONDS
                return None
            self._kept[key] = self._clock.monotonic(), answer
            return answer

    def _ages(self, broker: Broker) -> dict[str, float | None]:
        places = [place for topic in self._topics.values() for place in _places(topic)]
        newest: dict[str, int] = {}
        for (name, _), (_, timestamp) in broker.positions(places, "newest").items():
            newest[name] = max(newest.get(name, -1), timestamp)
        return {name: self._age(timestamp) for name, timestamp in newest.items()}

    def _age(self, timestamp: int) -> float | None:
        return None if timestamp < 0 else max(0.0, self._clock.now() - timestamp / 1000)

    def _figures(self, broker: Broker, topic: Topic) -> Figures:
        places = _places(topic)
        newest = broker.positions(places, "newest")
        if not newest:
            return Figures("absent")
        first = broker.positions(places, "first")
        last = broker.positions(places, "end")
        ends = {place: offset for place, (offset, _) in last.items()}
        starts = {place: offset for place, (offset, _) in first.items()}
        running = int(self._clock.now() // 60)
        bounds = [self._bound(broker, topic, minute, ends) for minute in range(running - MINUTES + 1, running + 1)]
        minutes = [
            sum(max(0, after.get(place, 0) - max(before.get(place, 0), starts.get(place, 0))) for place in ends)
            for before, after in zip(bounds, [*bounds[1:], ends], strict=True)
        ]
        span = 4 + (self._clock.now() % 60) / 60
        return Figures(
            "ok",
            self._age(max(timestamp for _, timestamp in newest.values())),
            sum(minutes[-5:]) / span,
            sum(end - starts.get(place, 0) for place, end in ends.items()),
            minutes,
        )

    def _bound(self, broker: Broker, topic: Topic, minute: int, ends: Mapping[Place, int]) -> dict[Place, int]:
        """Where the minute begins in each partition. Remembered once a record stands on or after it: it stays there."""
        known = self._bounds.setdefault((topic.name, minute), {})
        missing = [place for place in _places(topic) if place not in known]
        found = dict(known)
        if missing:
            for place, (offset, _) in broker.positions(missing, minute * 60_000).items():
                found[place] = offset if offset >= 0 else ends.get(place, 0)
                if offset >= 0:
                    known[place] = offset
        for key in [key for key in self._bounds if key[1] < minute - 2 * MINUTES]:
            del self._bounds[key]
        return found


def _places(topic: Topic) -> list[Place]:
    return [(topic.name, number) for number in range(topic.partitions)]
