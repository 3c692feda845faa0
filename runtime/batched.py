"""A partition's records as whole batches: one call of the processor after the other."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from runtime.errors import BadRecord
from runtime.gate import SchemaReader
from runtime.halt import Halt
from runtime.intake import Opened
from runtime.pace import Pace
from runtime.partition import Lane, Partition
from runtime.processor import Outcome, Processor
from runtime.records import Batch
from runtime.retry import retry
from runtime.tracker import Tracker
from schemas.topic import Avro, Topic

T = TypeVar("T")


class BatchPartition(Partition):
    """Hands whole batches to a ``Processor``."""

    def __init__(
        self, topic: Topic, number: int, tracker: Tracker, lane: Lane, processor: Processor, *, pace: Pace | None = None
    ) -> None:
        """``pace`` is shared with the processor's other partitions; ``None`` makes one for this partition."""
        pace = pace or Pace(processor.pace_seconds, processor.longest_pace_seconds)
        reads = isinstance(processor, SchemaReader)
        wanted = processor.wanted(topic)
        super().__init__(topic, number, tracker, lane, pace=pace, reads_schemas=reads, wanted=wanted)
        self._processor = processor

    async def _written_with(self, schema: Avro, offset: int) -> None:
        reader = self._processor
        if isinstance(reader, SchemaReader):
            await self._tried(lambda: reader.written_with(self.topic, schema, offset))

    async def _work(self, opened: Opened, span: tuple[int, int, int]) -> None:
        first, last, since_ms = span
        self.tracker.take(first, last, since_ms)
        outcome = Outcome()
        if opened.good:
            batch = Batch(self.topic, self.number, opened.good, first, last)
            outcome = await self._processed(batch)
        await self._bury([*opened.poison, *outcome.rejected])
        self.tracker.finish(first, outcome.metadata)

    async def _processed(self, batch: Batch) -> Outcome:
        while True:
            self.doing = f"processing {batch.first_offset}-{batch.last_offset}"
            try:
                return await self._tried(lambda: self._processor.process(batch))
            except Halt as halt:
                await self._stand(halt)

    async def _tried(self, work: Callable[[], Awaitable[T]]) -> T:
        return await retry(
            work,
            backoff=self._processor.backoff,
            never=(BadRecord, Halt),
            clock=self._lane.clock,
            notice=self._again("batch failed, again"),
        )
