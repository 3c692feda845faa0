"""Looking at a topic's records: decoded, with personal fields hidden, whatever is in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition

from runtime.access_names import near
from runtime.codec import Decoder
from runtime.errors import BadRecord, UserError
from runtime.kafka import librdkafka
from runtime.log import personal_fields
from runtime.registry import Registry, RegistryUnavailable
from runtime.settings import KafkaSettings
from schemas.topic import KeyType
from schemas.topics import BY_NAME, TOPICS

HIDDEN = "***"
EARLIEST, LATEST = OFFSET_BEGINNING, OFFSET_END

_SECONDS = 15
_BATCH = 500
_WAIT = 0.3
_PREFIX = 5
_SHORTEST = 4
"""A hidden value shorter than this is not looked for in keys: it would be found by chance."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One record. ``undecodable`` says why ``value`` is not there; ``schema_id`` is as the bytes have it."""

    partition: int
    offset: int
    timestamp_ms: int
    key: Any
    headers: Mapping[str, str | None]
    schema_id: int | None
    value: Any
    undecodable: str | None


class Presenter:
    """Records as people may see them. Methods block on the first record of a schema."""

    def __init__(self, topic: str, registry: Registry, *, personal: bool) -> None:
        self._decoder = Decoder(registry)
        self._hidden = frozenset() if personal else hidden_fields(topic)
        declared = BY_NAME.get(_origin(topic))
        self._avro_keys = declared is not None and declared.key is KeyType.AVRO

    def show(self, message: Message) -> Shown:
        """The record; one that does not decode is told to be so. Raises ``UserError`` when the registry is away."""
        raw, found = message.value(), set[str]()
        value, undecodable = self._decode(raw)
        value = hide(value, self._hidden, found)
        return Shown(
            partition=message.partition() or 0,
            offset=message.offset() or 0,
            timestamp_ms=message.timestamp()[1],
            key=self._key(message.key(), found, understood=undecodable is None and raw is not None),
            headers={name: _text(each) for name, each in headers_of(message)},
            schema_id=schema_id(raw),
            value=value,
            undecodable=undecodable,
        )

    def _decode(self, raw: bytes | None) -> tuple[Any, str | None]:
        if raw is None:
            return None, None
        try:
            return self._decoder.decode(raw), None
        except BadRecord as error:
            return None, str(error)
        except RegistryUnavailable as error:
            raise UserError(f"The schema registry does not answer ({error}); look at `balcao status`.") from error

    def _key(self, raw: bytes | None, found: set[str], *, understood: bool) -> Any:
        if raw is None:
            return None
        if self._avro_keys:
            value, undecodable = self._decode(raw)
            return HIDDEN if undecodable else hide(value, self._hidden, found)
        text = _text(raw) or ""
        # A key may be a person's number; in a record that we cannot read, who knows.
        if self._hidden and not understood:
            return HIDDEN
        return HIDDEN if any(each in text for each in found if len(each) >= _SHORTEST) else text


def tail(
    settings: KafkaSettings,
    registry: Registry,
    topic: str,
    *,
    partition: int | None = None,
    start: int | datetime = LATEST,
    limit: int | None = None,
    follow: bool = True,
    personal: bool = False,
) -> Iterator[Shown]:
    """The topic's records from ``start`` on: ``EARLIEST``, ``LATEST``, an offset (of one partition), or a moment.

    Ends after ``limit`` records; without ``follow`` also where the topic ended when it began; else never. Blocks while
    it waits. Reads outside of any consumer group, so nobody's offsets move. Raises ``UserError``.
    """
    # Its own log lines would come between the records.
    consumer = Consumer(
        {**librdkafka(settings), "group.id": "balcao.tail", "enable.auto.commit": False, "log_level": 0}
    )
    presenter = Presenter(topic, registry, personal=personal)
    try:
        ranges = _ranges(consumer, topic, partition, start)
        consumer.assign([TopicPartition(topic, number, first) for number, (first, _) in ranges.items()])
        ends = {} if follow else {number: end for number, (first, end) in ranges.items() if end > first}
        yield from _until(consumer, ends, limit, presenter.show, endless=follow)
    except KafkaException as error:
        raise UserError(f"The broker does not give {topic}: {error.args[0].str().rstrip('.')}.") from error
    finally:
        consumer.close()


def headers_of(message: Message) -> list[tuple[str, bytes | None]]:
    """The record's headers in their order; a name may come twice."""
    return cast(list[tuple[str, bytes | None]], message.headers() or [])


def hidden_fields(topic: str) -> frozenset[str]:
    """The fields of the topic's records that hold personal data; for a topic that the register does not have, all."""
    declared = BY_NAME.get(_origin(topic))
    return personal_fields(TOPICS if declared is None else [declared])


def hide(value: Any, names: frozenset[str], found: set[str]) -> Any:
    """``value`` with the named fields replaced, at any depth; their texts are added to ``found``."""
    if isinstance(value, dict):
        return {
            name: _hidden(item, found) if name in names and item is not None else hide(item, names, found)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [hide(item, names, found) for item in value]
    return value


def schema_id(raw: bytes | None) -> int | None:
    """The schema's id that the bytes begin with, whether it exists or not; ``None`` when they do not begin so."""
    if raw is None or len(raw) < _PREFIX or raw[0] != 0:
        return None
    return int.from_bytes(raw[1:_PREFIX], "big")


def _until(
    consumer: Consumer, ends: dict[int, int], limit: int | None, show: Callable[[Message], Shown], *, endless: bool
) -> Iterator[Shown]:
    left = limit
    while (endless or ends) and left != 0:
        for message in consumer.consume(_BATCH if left is None else min(left, _BATCH), _WAIT):
            if error := message.error():
                if error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                    continue  # the client looks for its group by itself; we have no use for one
                raise KafkaException(error)
            shown = show(message)
            if not endless and shown.offset >= ends.get(shown.partition, 0):
                ends.pop(shown.partition, None)
                continue
            yield shown
            left = None if left is None else left - 1
            if not endless and shown.offset + 1 >= ends[shown.partition]:
                del ends[shown.partition]


def _ranges(consumer: Consumer, topic: str, partition: int | None, start: int | datetime) -> dict[int, tuple[int, int]]:
    numbers = _partitions(consumer, topic)
    if partition is not None and partition not in numbers:
        raise UserError(f"{topic} has the partitions 0 to {len(numbers) - 1}, not {partition}.")
    chosen = numbers if partition is None else [partition]
    if isinstance(start, int) and start >= 0 and len(chosen) > 1:
        raise UserError(f"An offset counts within one of the {len(chosen)} partitions of {topic}: add --partition.")
    return {number: _range(consumer, topic, number, start) for number in chosen}


def _range(consumer: Consumer, topic: str, number: int, start: int | datetime) -> tuple[int, int]:
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=_SECONDS)
    if isinstance(start, datetime):
        return offset_at(consumer, topic, number, start, high), high
    if start >= 0 and not low <= start <= high:
        raise UserError(f"Partition {number} of {topic} has the offsets {low} to {high - 1}, not {start}.")
    return {EARLIEST: low, LATEST: high}.get(start, start), high


def offset_at(consumer: Consumer, topic: str, number: int, moment: datetime, end: int) -> int:
    """The first offset whose record is not older than ``moment``; ``end`` when there is none. Blocks."""
    asked = TopicPartition(topic, number, int(moment.timestamp() * 1000))
    (found,) = consumer.offsets_for_times([asked], timeout=_SECONDS)
    return end if found.offset < 0 else int(found.offset)


def _partitions(consumer: Consumer, topic: str) -> Sequence[int]:
    known = consumer.list_topics(timeout=_SECONDS).topics
    if topic not in known:
        names = [name for name in known if not name.startswith("__")]
        raise UserError(f"The broker has no topic {topic!r}, or does not show it to you{near(topic, names)}.")
    return sorted(known[topic].partitions)


def _origin(topic: str) -> str:
    """The declared topic whose records these are: its dead letters and a team's replay hold the same."""
    name = topic.removesuffix(".dead-letter")
    _, replayed, rest = name.partition(".replay.")
    return rest if replayed else name


def _hidden(item: Any, found: set[str]) -> str:
    if isinstance(item, str | int):
        found.add(str(item))
    return HIDDEN


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="backslashreplace")
