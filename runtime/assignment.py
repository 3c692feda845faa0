"""The partitions this process has at the moment, and how they come and go."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from runtime.batched import BatchPartition
from runtime.keyed import KeyedPartition
from runtime.pace import Pace
from runtime.partition import Lane, Partition
from runtime.processor import AnyProcessor, Committed, KeyedProcessor, Processor
from runtime.retried import RetryPartition
from runtime.tracker import Tracker
from schemas.topic import Topic


class TP(NamedTuple):
    """A topic's name and a partition's number; equal to any client's pair of the same."""

    topic: str
    partition: int


class Assignment:
    """Opens partitions when the group assigns them and closes them when it takes them back.

    Belongs to one event loop. ``room`` is set whenever a partition may have got room for another batch.
    """

    def __init__(
        self, processors: Sequence[AnyProcessor], lane: Lane, *, drain_seconds: float, retry: Topic | None = None
    ) -> None:
        """``retry`` is the topic of records that were redriven to the group; none of the processors names it."""
        self.room = asyncio.Event()
        self.unsettled_since: float | None = lane.clock.monotonic()
        """Since when the process is between two assignments; ``None`` while it has one, be it of no partition."""
        self._lane = lane
        self._drain_seconds = drain_seconds
        self._open: dict[TP, Partition] = {}
        self._topics = {topic.name: (topic, processor) for processor in processors for topic in processor.topics}
        self._retry = retry
        self._paces = {
            one.name: Pace(one.pace_seconds, one.longest_pace_seconds)
            for one in processors
            if isinstance(one, Processor)
        }
        self._slots = {
            processor.name: asyncio.Semaphore(processor.parallelism)
            for processor in processors
            if isinstance(processor, KeyedProcessor)
        }

    @property
    def pace_seconds(self) -> float:
        """The longest of the processors' paces now; 0 without any."""
        return max((pace.seconds for pace in self._paces.values()), default=0.0)

    def __getitem__(self, tp: TP) -> Partition | None:
        return self._open.get(tp)

    def snapshot(self) -> Mapping[TP, Partition]:
        """The open partitions, as a copy that another thread may read."""
        return dict(self._open)

    def fetchable(self) -> set[TP]:
        """The partitions that may be given another batch."""
        return {tp for tp, partition in self._open.items() if partition.room}

    def committable(self) -> dict[TP, Committed]:
        """What may be committed now and is not."""
        found = ((tp, partition.tracker.committable()) for tp, partition in self._open.items())
        return {tp: committed for tp, committed in found if committed is not None}

    async def open(self, tps: Collection[TP], committed: Mapping[TP, Committed | None]) -> None:
        """Makes the partitions ready. Raises what a processor's ``assigned`` raises."""
        begun = await asyncio.gather(*(self._begin(tp, committed.get(tp)) for tp in tps), return_exceptions=True)
        for error in begun:
            if error is not None:
                raise error
        self.unsettled_since = None
        self.room.set()

    async def close(self, commit: Callable[[], Awaitable[None]]) -> None:
        """Gives all partitions back: waits for the work in hand, commits it, tells the processors.

        Raises what a processor's ``revoked`` raises.
        """
        self.unsettled_since = self._lane.clock.monotonic()
        partitions = self.snapshot()
        await asyncio.gather(*(partition.close(self._drain_seconds) for partition in partitions.values()))
        await commit()
        for tp in partitions:
            topic, processor = self._topics.get(tp.topic, (None, None))
            # a stop in the middle of a rebalance comes here twice
            if self._open.pop(tp, None) is not None and topic is not None and isinstance(processor, Processor):
                await processor.revoked(topic, tp.partition)
        self.room.set()

    async def _begin(self, tp: TP, committed: Committed | None) -> None:
        if self._retry is not None and tp.topic == self._retry.name:
            self._open[tp] = RetryPartition(self._retry, tp.partition, Tracker(committed), self._lane, self._topics)
            return
        topic, processor = self._topics[tp.topic]
        if isinstance(processor, Processor):
            await processor.assigned(topic, tp.partition, committed)
        self._open[tp] = self._partition(topic, tp.partition, processor, Tracker(committed))

    def _partition(self, topic: Topic, number: int, processor: AnyProcessor, tracker: Tracker) -> Partition:
        if isinstance(processor, KeyedProcessor):
            return KeyedPartition(
                topic, number, tracker, self._lane, processor=processor, slots=self._slots[processor.name]
            )
        return BatchPartition(topic, number, tracker, self._lane, processor, pace=self._paces[processor.name])
