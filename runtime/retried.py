"""The partition of a group's retry topic: dead letters that come back to this group, and to no other.

Each record is the dead letter with its headers, its value perhaps edited. It is handed to its topic's processor with
the partition, offset and time that it had there, so that whatever orders changes (a row's position in its source's log,
then its Kafka offset; a document's version; a message's id) is what it was the first time: what came later stays.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from runtime import dead_letter, metrics
from runtime.dead_letter import DeadLetter
from runtime.errors import BadRecord
from runtime.gate import Gate, SchemaReader, gate_of
from runtime.halt import NOT_REDRIVEN, Halt
from runtime.halting import through
from runtime.intake import Fetched, Intake, Opened
from runtime.keyed import handle
from runtime.partition import Lane, Partition
from runtime.processor import AnyProcessor, Outcome, Processor, TakesAgain
from runtime.records import Batch
from runtime.retry import Backoff, retry
from runtime.tracker import Tracker
from schemas.topic import Avro, Topic

Served = Mapping[str, tuple[Topic, AnyProcessor]]
T = TypeVar("T")
RUNBOOK = "docs/runbooks/dead-letters.md"


def topic(name: str) -> Topic:
    """A retry topic, as far as a partition needs to know it: its records are those of other topics."""
    return Topic(name=name, value=dict, description="Dead letters that come back.", owner="operations", producers=())


@dataclass(frozen=True, slots=True)
class Redriven:
    """A fetched record in the place it had first; ``at`` is its offset in the retry topic."""

    at: int
    said: DeadLetter
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

    @property
    def offset(self) -> int:
        """The offset it had in its own topic."""
        return self.said.offset

    @property
    def timestamp(self) -> int:
        """The time it had in its own topic, in milliseconds."""
        return self.said.timestamp_ms

    @property
    def origin(self) -> tuple[str, int]:
        """The topic and partition it was read from first."""
        return self.said.topic, self.said.partition


class RetryPartition(Partition):
    """Hands each record to the processor of its own topic; a batch at a time, or one by one in their order."""

    def __init__(self, topic: Topic, number: int, tracker: Tracker, lane: Lane, served: Served) -> None:
        super().__init__(topic, number, tracker, lane)
        self._served = served
        self._origin = (topic, number)
        self._gates: dict[tuple[str, int], Gate] = {}

    async def _through(self, fetched: Sequence[Fetched]) -> None:
        run: list[Redriven] = []
        for raw in fetched:
            record = self._read(raw)
            if run and (isinstance(record, Halt) or record.origin != run[0].origin):
                await self._take_again(run)
                run = []
            while isinstance(record, Halt):
                await self._stand(record)
                record = self._read(raw)
            run.append(record)
        await self._take_again(run)

    def _read(self, raw: Fetched) -> Redriven | Halt:
        """The record; for one that was never redriven to us, what stops the partition until a person moves it on."""
        try:
            said = dead_letter.read(dict(raw.headers))
        except ValueError:
            what = "is no dead letter that was redriven"
        else:
            if said.topic in self._served:
                return Redriven(raw.offset, said, raw.key, raw.value, raw.headers)
            what = f"is of {said.topic}, which this station does not read"
        where = f"{self.topic.name}[{self.number}] stopped at offset {raw.offset}"
        return Halt(f"{where}: the record {what}; see {RUNBOOK}", raw.offset, cause=NOT_REDRIVEN)

    async def _take_again(self, run: Sequence[Redriven]) -> None:
        """Neighbours of one origin. What is taken is in hand from here on, and done when this returns."""
        self.tracker.take(run[0].at, run[-1].at, run[0].timestamp)
        origin, number = self._origin = (self._served[run[0].said.topic][0], run[0].said.partition)
        self._intake = Intake(origin, self._lane.decoder)
        # sent twice at the same moment, it is one record all the same
        one_each = {record.offset: record for record in run}
        ordered = [one_each[offset] for offset in sorted(one_each)]
        gate = self._gate_of(origin, number)
        if gate is None:
            await self._one(ordered)
        else:
            await through(gate, ordered, work=self._one, admit=self._admit, stand=self._stand)
        self.tracker.finish(run[0].at)

    def _gate_of(self, origin: Topic, number: int) -> Gate | None:
        if origin.table is None and not isinstance(self._served[origin.name][1], SchemaReader):
            return None
        if (origin.name, number) not in self._gates:
            self._gates[origin.name, number] = gate_of(origin, self._lane.group, self._lane.decoder)
        return self._gates[origin.name, number]

    async def _written_with(self, schema: Avro, offset: int) -> None:
        origin, _ = self._origin
        processor = self._served[origin.name][1]
        if isinstance(processor, SchemaReader):
            reader = processor
            await self._tried(processor.backoff, lambda: reader.written_with(origin, schema, offset))

    async def _work(self, opened: Opened, span: tuple[int, int, int]) -> None:
        origin, number = self._origin
        await self._bury(opened.poison, origin=self._origin)
        if opened.good:
            processor = self._served[origin.name][1]
            if isinstance(processor, Processor):
                batch = Batch(origin, number, opened.good, opened.good[0].offset, opened.good[-1].offset)
                outcome = await self._processed(processor, batch)
                await self._bury(outcome.rejected, origin=self._origin)
            else:
                for record in opened.good:
                    notice = self._again("record failed, again")
                    failed = await handle(processor, origin, number, record, clock=self._lane.clock, notice=notice)
                    if failed is not None:
                        await self._bury([(record, failed[0])], failed[1], origin=self._origin)
        metrics.REDRIVEN.labels(self._lane.group, origin.name).inc(len(opened.good) + len(opened.poison))

    async def _processed(self, processor: Processor, batch: Batch) -> Outcome:
        work = processor.again if isinstance(processor, TakesAgain) else processor.process
        while True:
            self.doing = f"taking {len(batch.records)} records of {batch.topic.name} again"
            try:
                return await self._tried(processor.backoff, lambda: work(batch))
            except Halt as halt:
                await self._stand(halt)

    async def _tried(self, backoff: Backoff, work: Callable[[], Awaitable[T]]) -> T:
        return await retry(
            work,
            backoff=backoff,
            never=(BadRecord, Halt),
            clock=self._lane.clock,
            notice=self._again("redriven records failed, again"),
        )
