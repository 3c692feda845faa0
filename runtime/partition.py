"""One assigned partition, from its assignment to its revocation: a queue, one worker task, a tracker."""

import asyncio
import contextlib
import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import structlog
from prometheus_client import Counter, Histogram

from runtime import dead_letter, metrics
from runtime.avro.wanted import Wanted
from runtime.clock import Clock
from runtime.codec import Decoder
from runtime.errors import BadRecord
from runtime.gate import Gate, gate_of
from runtime.halt import HALTED, Halt
from runtime.halting import Halting, through
from runtime.intake import Fetched, Intake, Opened
from runtime.pace import Pace
from runtime.producer import ProduceError, Producer
from runtime.records import Record
from runtime.registry import RegistryUnavailable, UnknownSchema
from runtime.retry import Backoff, Notice, retry
from runtime.tracker import Tracker
from schemas.topic import Avro, Topic

log = structlog.get_logger(__name__)

_REGISTRY = Backoff(first=0.2, ceiling=10.0, attempts=None)
_PRODUCE = Backoff(first=0.2, ceiling=5.0, attempts=6)
Origin = tuple[Topic, int]
"""A topic and the number of one of its partitions."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What a station's partitions share. ``failed`` ends the process with an exception; ``freed`` asks for more.

    A fetch brings at most ``batch_records``. A partition that holds no more than those may be given another fetch: one
    in work and one waiting, so that the worker never idles and memory stays bounded.
    """

    group: str
    decoder: Decoder
    producer: Producer
    clock: Clock
    failed: Callable[[BaseException], None]
    freed: Callable[[], None]
    batch_records: int


class Partition(ABC):
    """Works on what was fetched from one partition, in order, and tracks what may be committed."""

    def __init__(
        self,
        topic: Topic,
        number: int,
        tracker: Tracker,
        lane: Lane,
        *,
        pace: Pace | None = None,
        reads_schemas: bool = False,
        wanted: Wanted = None,
    ) -> None:
        self.topic = topic
        self.number = number
        self.tracker = tracker
        self.doing = "waiting for records"
        self._lane = lane
        self._intake = Intake(topic, lane.decoder, wanted)
        self._log = log.bind(topic=topic.name, partition=number, group=lane.group)
        self._halting = Halting(topic, number, lane.group, lane.clock, self._log)
        gated = topic.table is not None or reads_schemas
        self._gate = gate_of(topic, lane.group, lane.decoder) if gated else None
        self._held = 0
        self._closing = False
        self._pace = pace or Pace(0.0, 0.0)
        self._began = -math.inf
        self._queue: deque[tuple[Sequence[Fetched], Callable[[], None]]] = deque()
        self._more = asyncio.Event()
        self._full = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._worker = asyncio.create_task(self._run(), name=f"{topic.name}[{number}]")

    @property
    def halted(self) -> Halt | None:
        """Why the partition stands, or ``None``."""
        return self._halting.now

    @property
    def room(self) -> bool:
        """Whether another batch may be fetched for this partition; never while it is halted."""
        return self.halted is None and self._held <= self._lane.batch_records

    def reserve(self, records: int) -> None:
        """That many were fetched and are on their way here."""
        self._held += records

    def deliver(self, fetched: Sequence[Fetched], done: Callable[[], None]) -> None:
        """Queues a batch, never empty; ``done`` is called when the worker has taken care of it."""
        if self._closing:
            return
        self._queue.append((fetched, done))
        self._more.set()
        if not self.room:
            self._full.set()

    async def close(self, drain_seconds: float) -> None:
        """Drops what was not begun, waits for what was, and after ``drain_seconds`` cancels it. Never raises."""
        self._closing = True
        self._queue.clear()
        try:
            await asyncio.wait_for(self._drain(), drain_seconds)
        except TimeoutError:
            self._log.warning("partition left with work unfinished", doing=self.doing, state=self.tracker.describe())
        await self._cancel()
        self._halting.leave()

    def describe(self) -> str:
        """One line for a log."""
        return f"{self.topic.name}[{self.number}]: {self.doing}; {self.tracker.describe()}; queued {len(self._queue)}"

    @abstractmethod
    async def _work(self, opened: Opened, span: tuple[int, int, int]) -> None:
        """Does the work of a batch whose ``span`` is its first and last offset and its oldest timestamp."""

    async def _drain(self) -> None:
        await self._idle.wait()

    async def _cancel(self) -> None:
        self._worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._worker

    async def _run(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            await self._gather()
            while self._queue:
                fetched, dones = self._take()
                self._idle.clear()
                try:
                    await self._through(fetched)
                except Exception as error:  # noqa: BLE001 - handed to the station, which ends with it
                    self.doing = f"failed: {type(error).__name__}"
                    self._log.exception("batch failed", first=fetched[0].offset, last=fetched[-1].offset)
                    self._lane.failed(error)
                    return
                finally:
                    self._idle.set()
                for done in dones:
                    done()
                self.doing = "waiting for records"
                self._held -= len(fetched)
                self._lane.freed()
                await self._gather()

    async def _gather(self) -> None:
        """Waits until the processor's pace allows another batch, or no more may be fetched for this one."""
        left = self._began + self._pace.seconds - self._lane.clock.monotonic()
        if left <= 0 or not self.room:
            return
        self._full.clear()
        waits = {asyncio.ensure_future(self._lane.clock.sleep(left)), asyncio.ensure_future(self._full.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    def _take(self) -> tuple[Sequence[Fetched], Sequence[Callable[[], None]]]:
        """What is queued, as one batch: what was fetched one after the other has no gap between.

        No more than one fetch may bring, so that a batch is not the larger for having waited.
        """
        self._began = self._lane.clock.monotonic()
        parts = [self._queue.popleft()]
        size = len(parts[0][0])
        while self._queue and size + len(self._queue[0][0]) <= self._lane.batch_records:
            parts.append(self._queue.popleft())
            size += len(parts[-1][0])
        if len(parts) == 1:
            return parts[0][0], (parts[0][1],)
        return [record for fetched, _ in parts for record in fetched], [done for _, done in parts]

    async def _through(self, fetched: Sequence[Fetched]) -> None:
        if self._gate is None:
            await self._one(fetched)
        else:
            await through(self._gate, fetched, work=self._one, admit=self._admit, stand=self._stand)

    async def _admit(self, gate: Gate, record: Fetched) -> None:
        self.doing = f"looking at the schema of {record.offset}"
        try:
            schema = await self._from_registry(lambda: gate.admit(record))
        except BadRecord:
            # nobody can open it: a dead letter
            return
        await self._written_with(schema, record.offset)
        gate.passed(record)

    async def _written_with(self, schema: Avro, offset: int) -> None:  # noqa: B027 - most processors do not ask
        """Tells the processor, if it wants to know, with which schema the records from there on were written."""

    async def _stand(self, halt: Halt) -> None:
        self.doing = f"{HALTED}{halt}"
        self._idle.set()
        await self._halting.stand(halt)
        self._idle.clear()

    async def _one(self, fetched: Sequence[Fetched]) -> None:
        started = self._lane.clock.monotonic()
        first, last = fetched[0].offset, fetched[-1].offset
        self.doing = f"opening {first}-{last}"
        await self._learn(fetched)
        opened = self._intake.open(fetched)
        await self._work(opened, (first, last, fetched[0].timestamp))
        self._halting.end()
        records, batches, seconds = self._counts
        records.inc(len(fetched))
        batches.inc()
        took = self._lane.clock.monotonic() - started
        seconds.observe(took)
        self._pace.took(took)

    @cached_property
    def _counts(self) -> tuple[Counter, Counter, Histogram]:
        """Records, batches and seconds a batch; looked up once, which costs more than to count."""
        labels = (self._lane.group, self.topic.name)
        return metrics.RECORDS.labels(*labels), metrics.BATCHES.labels(*labels), metrics.BATCH_SECONDS.labels(*labels)

    async def _learn(self, fetched: Sequence[Fetched]) -> None:
        """Asks the registry about schema ids seen for the first time, for as long as it takes."""
        for raw in self._intake.unknown(fetched):
            with contextlib.suppress(UnknownSchema):
                await self._from_registry(partial(self._lane.decoder.learn, raw))

    async def _from_registry(self, ask: Callable[[], Avro]) -> Avro:
        self.doing = "waiting for the schema registry"
        found = await retry(
            lambda: asyncio.to_thread(ask),
            backoff=_REGISTRY,
            on=RegistryUnavailable,
            clock=self._lane.clock,
            notice=self._registry_away,
        )
        metrics.WAITS_FOR.labels(self._lane.group, metrics.REGISTRY).set(0)
        return found

    def _registry_away(self, error: Exception, attempts: int, delay: float) -> None:
        metrics.REGISTRY_WAITS.labels(self._lane.group, self.topic.name).inc()
        metrics.WAITS_FOR.labels(self._lane.group, metrics.REGISTRY).set(1)
        self._log.warning("the schema registry is away", attempts=attempts, retry_in=round(delay, 2), error=str(error))

    async def _bury(
        self, rejected: Sequence[tuple[Record, BadRecord]], attempts: int = 1, *, origin: Origin | None = None
    ) -> None:
        """Sends records to the dead-letter topic; returns when the broker confirmed them all.

        ``origin`` is where they come from when that is not this partition.
        """
        if not rejected:
            return
        topic, number = origin or (self.topic, self.number)
        self.doing = f"sending {len(rejected)} dead letters"
        for record, error in rejected:
            self._log.warning("record to the dead letters", offset=record.offset, cause=error.cause)
        letters = [
            dead_letter.message(topic, number, record, error, group=self._lane.group, attempts=attempts)
            for record, error in rejected
        ]
        await retry(
            lambda: self._lane.producer.send(letters),
            backoff=_PRODUCE,
            on=ProduceError,
            clock=self._lane.clock,
            notice=self._again("dead letters not confirmed"),
        )
        for _, error in rejected:
            metrics.DEAD_LETTERS.labels(self._lane.group, topic.name, error.cause).inc()

    def _again(self, what: str) -> Notice:
        def notice(error: Exception, attempts: int, delay: float) -> None:
            metrics.RETRIES.labels(self._lane.group, self.topic.name).inc()
            self._log.warning(what, attempts=attempts, retry_in=round(delay, 2), exc_info=error)

        return notice
