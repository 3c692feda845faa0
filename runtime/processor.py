"""What a station's author writes: a processor of batches, or one of single records in parallel by key."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.avro.wanted import Wanted
from runtime.errors import BadRecord
from runtime.records import Batch, Record
from runtime.retry import Backoff
from schemas.topic import Topic


@dataclass(frozen=True, slots=True)
class Committed:
    """What the consumer group last committed for a partition.

    ``offset`` is the next record's; ``metadata`` is the text stored with it, empty when none was.
    """

    offset: int
    metadata: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch whose every effect is durable.

    ``rejected`` records go to the topic's dead-letter topic, confirmed, before the batch's offset is committed.
    ``metadata`` is stored with the committed offset; ``None`` keeps what is stored there.
    """

    rejected: Sequence[tuple[Record, BadRecord]] = ()
    metadata: str | None = None


class _Station(ABC):
    """What both kinds share. ``name`` is unique within a station; a topic has one processor within a station."""

    name: str
    topics: Sequence[Topic]
    backoff: Backoff

    async def start(self) -> None:  # noqa: B027 - most processors need nothing
        """Called once before the first partition is assigned; raising stops the process."""

    async def stop(self) -> None:  # noqa: B027
        """Called once after the last partition was revoked, also after a failure."""


class Processor(_Station):
    """Takes a partition's records a batch at a time: one batch per partition in flight, in order.

    Partitions run side by side, so that ``process`` is entered concurrently for different partitions. ``backoff`` says
    how often a batch is tried before the process stops.
    """

    backoff: Backoff = Backoff(first=0.1, ceiling=10.0, attempts=6)

    batch_records: int = 2000
    """The most records in a batch. A batch is as large only when the partition is that far behind."""

    pace_seconds: float = 0.0
    """The least time between the starts of two batches of a partition; what arrives meanwhile makes one batch.

    A partition that was idle for as long hands over its first record at once. Worth it where a batch costs much more
    than a record in it, as a request to a server does.
    """

    longest_pace_seconds: float = 0.0
    """Up to where the pace grows while batches take long, as they do on a busy machine (``runtime.pace``)."""

    def wanted(self, topic: Topic) -> Wanted:
        """The fields of the topic's values that ``process`` reads; others may be left out of the values it is given.

        A pure function, called once for a partition. ``None`` for all of them.
        """
        return None

    async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
        """Called before the partition's first batch; ``committed`` is ``None`` for a group that never committed it.

        May take long; cancelled, without a call of ``revoked``, when the partition goes before it is ready. Raising
        stops the process.
        """

    async def revoked(self, topic: Topic, partition: int) -> None:
        """Called after the partition's last batch ended or was cancelled; another process may have it from now on."""

    @abstractmethod
    async def process(self, batch: Batch) -> Outcome:
        """Does the work of a batch; returning means that every effect is durable.

        The same batch, or one that overlaps it, may come again, also to another process. An exception is retried with
        backoff a few times; then the process stops with it, nothing acknowledged. May be cancelled when the partition
        is revoked and the batch takes longer than the group can wait.
        """


class TakesAgain(ABC):
    """A processor for which records that come again, after later ones of their partition, need a way of their own.

    Any other processor is given them as a batch like the first time; its versions or ids tell what is old.
    """

    @abstractmethod
    async def again(self, batch: Batch) -> Outcome:
        """As ``Processor.process``, for records whose offsets the group has long committed, in offset order.

        The partition itself may be another process's. ``Outcome.metadata`` is not kept.
        """


class KeyedProcessor(_Station):
    """Takes one record at a time: parallel across keys, ordered within a key.

    An offset is committed only when all before it in the partition are done. ``parallelism`` bounds the handlers that
    run at once across all partitions of the process; ``backoff`` says how often a record is tried (about 25 s in all).
    A processor whose ``burst`` is above 1 takes up to so many waiting records of a key together, in ``handle_burst``.
    """

    parallelism: int = 64
    burst: int = 1
    backoff: Backoff = Backoff(first=0.2, ceiling=15.0, attempts=8)

    @abstractmethod
    def key(self, record: Record) -> str:
        """What orders the records; a pure function. Raising ``BadRecord`` sends the record to the dead letters."""

    @abstractmethod
    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        """Does the work of a record; returning means that every effect is durable.

        ``BadRecord`` sends the record to the dead-letter topic. Any other exception is retried with backoff, while the
        key's later records wait; after the last attempt the record goes to the dead-letter topic as
        ``handler-failed``. The same record may come again.
        """

    async def handle_burst(self, topic: Topic, partition: int, records: Sequence[Record]) -> None:
        """Does the work of several records of a key, in order; returning means that every effect is durable.

        Whatever it raises, its records are then handled one by one, by ``handle``, each with its own attempts. The
        same records may come again, one by one or in bursts of another size.
        """
        for record in records:
            await self.handle(topic, partition, record)

    def patience(self, records: Sequence[Record]) -> float:
        """For how many more seconds another record of the key is worth waiting for, before these are handled.

        Asked again when one came. Pure but for the clock, and must come to 0: the key's records wait meanwhile.
        """
        return 0.0


AnyProcessor = Processor | KeyedProcessor
