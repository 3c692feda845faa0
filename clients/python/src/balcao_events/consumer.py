"""Reading a topic as a member of a consumer group: at least once, in order within a key."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Generic, Literal, TypeVar

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from balcao_events import broker
from balcao_events.config import Config
from balcao_events.errors import BadRecord, BalcaoError, BrokerError
from balcao_events.progress import Progress
from balcao_events.received import Received
from balcao_events.records import Event
from balcao_events.registry import Registry
from balcao_events.seen import RecentIds, Seen
from balcao_events.topic import Topic
from balcao_events.wire import Decoder

T = TypeVar("T", bound=Event)
OnBad = Callable[[BadRecord], None]
_POLL_SECONDS = 0.2
_TAKEN_AWAY = {
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError._ASSIGNMENT_LOST,
    KafkaError._STATE,
}


class Consumer(Generic[T]):
    """A topic's events for one group. Belongs to one thread; only ``stop`` may be called from others.

    Iterate it (an event counts as handled when the next one is asked for), or call ``poll_batch`` and ``commit``. What
    was not handled comes again: after a crash, an exception, or ``break``. ``start`` says where a group that never
    committed begins. ``on_bad`` gets records that cannot be read, which are then passed over; without it they are
    raised. ``deduplicate`` keeps events away that were handled already: in memory by default, a ``Seen`` of your own,
    or ``False``. Nothing connects before the first event is asked for. Raises ``ConfigError``.
    """

    def __init__(
        self,
        topic: Topic[T],
        *,
        group: str,
        config: Config | None = None,
        start: Literal["earliest", "latest"] = "earliest",
        on_bad: OnBad | None = None,
        deduplicate: Seen | bool = True,
        commit_interval: float = 1.0,
        stop: threading.Event | None = None,
    ) -> None:
        self.topic = topic
        self.group = group
        self._config = config or Config.from_environment()
        self._start = start
        self._on_bad = on_bad
        self._seen = deduplicate if not isinstance(deduplicate, bool) else RecentIds() if deduplicate else None
        self._interval = commit_interval
        self._stop = stop or threading.Event()
        self._decoder = Decoder(topic, Registry(self._config))
        self._client: Any = None
        self._failure: Any = None
        self._progress = Progress()
        self._closed = False
        self._committed_at = time.monotonic()
        broker.announce(topic)

    def __enter__(self) -> "Consumer[T]":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Received[T]]:
        """Events as they come, until ``stop``. Blocks. Raises ``BadRecord`` (without ``on_bad``), ``AccessError``,
        ``BrokerError``, ``RegistryUnavailable``; the record in hand is then not handled."""
        while not (self._stop.is_set() or self._closed):
            message = self._connected().poll(_POLL_SECONDS)
            self._raise_failure()
            if message is not None and message.error() is None:
                yield from self._hand_over(message)
            elif message is not None:
                self._check(message.error())
            self._commit_when_due()

    def poll_batch(self, most: int = 500, timeout: float = 1.0) -> list[Received[T]]:
        """At most so many events; waits up to ``timeout`` seconds for them, and gives what came.

        They count as handled when ``commit`` is called. Raises as iterating does; then none of the batch was given.
        """
        messages = self._connected().consume(most, timeout)
        self._raise_failure()
        good = [message for message in messages if message.error() is None]
        found: list[Received[T]] = []
        try:
            for message in messages:
                if message.error() is not None:
                    self._check(message.error())
            for message in good:
                received = self._received(message)
                self._progress.give(broker.position(message), received.event.id if received else None)
                if received is not None:
                    found.append(received)
        except BaseException:
            self._rewind(good)
            raise
        return found

    def commit(self) -> None:
        """Everything given so far is handled, also the event in hand while iterating. Blocks until the broker has it.

        Raises ``BrokerError`` or ``AccessError`` when it could not be committed. When a partition was taken away
        meanwhile, its events come again elsewhere, and the log says so.
        """
        self._handled()
        self._flush()

    def stop(self) -> None:
        """Iterating ends after the event in hand, which counts as handled. Safe in a thread or a signal handler."""
        self._stop.set()

    def close(self) -> None:
        """Commits what was handled and leaves the group, so that others take over at once. Blocks. Idempotent."""
        client, self._client, self._closed = self._client, None, True
        if client is None:
            return
        self._flush_quietly(client)
        self._progress = Progress()
        client.close()

    # -- one record

    def _hand_over(self, message: Any) -> Iterator[Received[T]]:
        position = broker.position(message)
        try:
            received = self._received(message)
            self._progress.give(position, received.event.id if received else None)
            if received is not None:
                yield received
            self._handled()
        except BaseException:
            self._rewind([message])
            raise

    def _handled(self) -> None:
        if self._seen is not None:
            for event_id, position in self._progress.unhandled():
                self._seen.add(event_id, position)
        self._progress.handled()

    def _received(self, message: Any) -> Received[T] | None:
        """The event, or ``None`` for a record that is passed over."""
        position = broker.position(message)
        try:
            event = self._decoder.decode(message.value(), position)
        except BadRecord as bad:
            if self._on_bad is None:
                raise
            self._on_bad(bad)
            return None
        seen = self._seen
        if seen is not None and (self._progress.in_hand(event.id, position) or seen.has(event.id, position)):
            return None
        return Received(event, broker.key(message), position, broker.published_at(message))

    def _rewind(self, messages: Iterable[Any]) -> None:
        """They will be given again, unless the caller committed them in the meantime."""
        first: dict[int, int] = {}
        for message in messages:
            if not self._progress.was_handled(broker.position(message)):
                first.setdefault(message.partition(), message.offset())
        self._progress.rewind(first)
        for partition, offset in first.items() if self._client is not None else ():
            try:
                self._client.seek(TopicPartition(self.topic.name, partition, offset))
            except KafkaException:
                broker.log.debug("%s[%d] is not ours any more", self.topic.name, partition)

    # -- the group

    def _connected(self) -> Any:
        if self._closed:
            raise BrokerError(f"{self.group}'s consumer of {self.topic.name} is closed")
        if self._client is None:
            options = {
                **self._config.librdkafka(),
                "group.id": self.group,
                "auto.offset.reset": self._start,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": False,
                "error_cb": self._on_error,
            }
            self._client = confluent_kafka.Consumer(options, logger=broker.log)
            self._client.subscribe([self.topic.name], on_revoke=self._on_revoke, on_lost=self._on_lost)
        return self._client

    def _on_error(self, error: Any) -> None:
        try:
            self._check(error)
        except BalcaoError as failure:
            self._failure = failure

    def _check(self, error: Any) -> None:
        broker.check(error, f"{self.group} reads {self.topic.name}")

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _on_revoke(self, client: Any, partitions: list[Any]) -> None:
        self._flush_quietly(client)
        self._progress.forget({found.partition for found in partitions})

    def _on_lost(self, client: Any, partitions: list[Any]) -> None:
        broker.log.warning("%s lost %d partitions of %s", self.group, len(partitions), self.topic.name)
        self._progress.forget({found.partition for found in partitions})

    def _commit_when_due(self) -> None:
        if time.monotonic() - self._committed_at >= self._interval:
            try:
                self._flush()
            except BrokerError as error:
                broker.log.warning("%s; trying again", error)

    def _flush_quietly(self, client: Any) -> None:
        try:
            self._flush(client)
        except BalcaoError as error:
            broker.log.warning("%s; its events come again", error)

    def _flush(self, client: Any = None) -> None:
        self._committed_at = time.monotonic()
        client = client or self._client
        if not self._progress.done or client is None:
            return
        offsets = [TopicPartition(self.topic.name, number, offset) for number, offset in self._progress.done.items()]
        try:
            answers = client.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            problems = [error.args[0]]
        else:
            problems = [answer.error for answer in answers if answer.error is not None]
        for problem in problems:
            if problem.code() not in _TAKEN_AWAY:
                raise broker.failure(problem, f"{self.group} commits {self.topic.name}")
            broker.log.warning("%s: %s; its events come again", self.group, problem.str())
        self._progress.done.clear()
