"""Reading a stretch of time again, without a group: nothing is committed, nobody else is disturbed."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from balcao_events import broker
from balcao_events.config import Config
from balcao_events.consumer import OnBad
from balcao_events.errors import BadRecord, BrokerError
from balcao_events.received import Received
from balcao_events.records import Event
from balcao_events.registry import Registry
from balcao_events.topic import Topic
from balcao_events.wire import Decoder

T = TypeVar("T", bound=Event)
_ASK_SECONDS = 1.0
_SKEW = timedelta(minutes=1)
"""How far apart the clocks of those who publish may be."""


def replay(
    topic: Topic[T],
    start: datetime,
    end: datetime | None = None,
    *,
    config: Config | None = None,
    on_bad: OnBad | None = None,
    timeout: float = 60.0,
) -> Iterator[Received[T]]:
    """The events published from ``start`` (included) to ``end`` (excluded), by ``published_at``.

    Ends at what the topic held when the first event was asked for, so it ends although others go on publishing.
    Within a partition events come in the order of their offsets; between partitions in no order. Events published
    twice come twice. What retention has removed is not there. Blocks; begins when the first event is asked for. Raises
    ``ValueError`` for times without a zone, ``BadRecord`` (without ``on_bad``), ``AccessError``,
    ``RegistryUnavailable``, and ``BrokerError`` when nothing came for ``timeout`` seconds.
    """
    for given in (start, end):
        if given is not None and given.tzinfo is None:
            raise ValueError("start and end need a time zone")
    broker.announce(topic)
    return _replay(topic, start, end, config or Config.from_environment(), on_bad, timeout)


def _replay(  # noqa: PLR0917
    topic: Topic[T], start: datetime, end: datetime | None, config: Config, on_bad: OnBad | None, timeout: float
) -> Iterator[Received[T]]:
    about = f"replay of {topic.name}"
    failures: list[Any] = []
    options = {
        **config.librdkafka(),
        # assigned by hand: the group is never joined and nothing is committed to it
        "group.id": "balcao-events-replay",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": True,
        "auto.offset.reset": "earliest",
        "error_cb": failures.append,
    }
    client: Any = confluent_kafka.Consumer(options, logger=broker.log)
    decoder = Decoder(topic, Registry(config))
    try:
        partitions = _partitions(client, topic, failures, timeout)
        left = _stretches(client, topic, partitions, start, end, timeout)
        client.assign([TopicPartition(topic.name, number, first) for number, (first, _) in left.items()])
        heard = time.monotonic()
        while left:
            message = client.poll(0.2)
            while failures:
                _check(failures.pop(), about)
            if message is None:
                if time.monotonic() - heard > timeout:
                    raise BrokerError(f"{about}: nothing came for {timeout:g} s")
                continue
            heard = time.monotonic()
            partition = message.partition()
            error = message.error()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                _check(error, about)
                continue
            if partition not in left:
                continue
            if error is None and message.offset() < left[partition][1]:
                yield from _within(message, decoder, start, end, on_bad)
            # an offset may be missing (compaction, transactions): the partition's end counts too
            if error is not None or message.offset() + 1 >= left[partition][1]:
                del left[partition]
                client.pause([TopicPartition(topic.name, partition)])
            heard = time.monotonic()
    except KafkaException as error:
        for failure in failures:
            _check(failure, about)
        raise broker.failure(error.args[0], about) from error
    finally:
        client.close()


def _check(error: Any, about: str) -> None:
    # librdkafka looks for a group's coordinator also when no group is joined; that we may not is no matter here
    if error.code() != KafkaError.GROUP_AUTHORIZATION_FAILED:
        broker.check(error, about)


def _partitions(client: Any, topic: Topic[Any], failures: list[Any], timeout: float) -> list[int]:
    about = f"replay of {topic.name}"
    deadline = time.monotonic() + timeout
    while True:
        try:
            found = client.list_topics(topic.name, timeout=min(_ASK_SECONDS, timeout)).topics[topic.name]
        except KafkaException:
            client.poll(0)  # tells why, when it is the password
            while failures:
                _check(failures.pop(), about)
            if time.monotonic() > deadline:
                raise
        else:
            if found.error is not None:
                _check(found.error, about)
            return sorted(found.partitions)


def _stretches(  # noqa: PLR0917
    client: Any, topic: Topic[Any], partitions: list[int], start: datetime, end: datetime | None, timeout: float
) -> dict[int, tuple[int, int]]:
    """By partition the first offset to read and the one to stop before; partitions with nothing to read are absent."""
    firsts = _offsets_at(client, topic, partitions, start, timeout)
    # a record with an earlier time may lie behind one with a later time: look a little further, and check each record
    stops = _offsets_at(client, topic, partitions, end + _SKEW, timeout) if end is not None else {}
    stretches = {}
    for number in partitions:
        low, high = client.get_watermark_offsets(TopicPartition(topic.name, number), timeout=timeout)
        first, stop = max(firsts.get(number, high), low), min(stops.get(number, high), high)
        if first < stop:
            stretches[number] = (first, stop)
    return stretches


def _offsets_at(client: Any, topic: Topic[Any], partitions: list[int], at: datetime, timeout: float) -> dict[int, int]:
    """The first offset at or after that time; partitions without one are absent."""
    milliseconds = max(0, -((broker.EPOCH - at) // timedelta(milliseconds=1)))
    asked = [TopicPartition(topic.name, number, milliseconds) for number in partitions]
    found = {}
    for answer in client.offsets_for_times(asked, timeout=timeout):
        if answer.error is not None:
            broker.check(answer.error, f"replay of {topic.name}")
        if answer.offset >= 0:
            found[answer.partition] = answer.offset
    return found


def _within(
    message: Any, decoder: Decoder[T], start: datetime, end: datetime | None, on_bad: OnBad | None
) -> Iterator[Received[T]]:
    published = broker.published_at(message)
    if published < start or (end is not None and published >= end):
        return
    position = broker.position(message)
    try:
        event = decoder.decode(message.value(), position)
    except BadRecord as bad:
        if on_bad is None:
            raise
        on_bad(bad)
        return
    yield Received(event, broker.key(message), position, published)
