"""A partition's records one at a time: parallel across keys, ordered within a key, committed contiguously."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from itertools import islice

import structlog

from runtime.clock import Clock
from runtime.errors import BadRecord
from runtime.intake import Opened
from runtime.partition import Lane, Partition
from runtime.processor import KeyedProcessor
from runtime.records import Record
from runtime.retry import Notice, retry
from runtime.tracker import Tracker
from schemas.topic import Topic

log = structlog.get_logger(__name__)

HANDLER_FAILED = "handler-failed"

_WINDOW = 16
"""Records in hand for each handler that may run: enough that one slow key does not hold up the others soon."""


class KeyedPartition(Partition):
    """Hands single records to a ``KeyedProcessor``; ``slots`` is shared by all partitions of the processor."""

    def __init__(
        self,
        topic: Topic,
        number: int,
        tracker: Tracker,
        lane: Lane,
        *,
        processor: KeyedProcessor,
        slots: asyncio.Semaphore,
    ) -> None:
        super().__init__(topic, number, tracker, lane)
        self._processor = processor
        self._slots = slots
        self._window = _WINDOW * processor.parallelism
        self._chains: dict[str, deque[Record]] = {}
        self._grown: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished = asyncio.Event()

    async def _work(self, opened: Opened, span: tuple[int, int, int]) -> None:
        good = [(record, None) for record in opened.good]
        for record, error in sorted([*good, *opened.poison], key=lambda pair: pair[0].offset):
            while self.tracker.in_hand >= self._window:
                self.doing = "waiting for a handler"
                self._finished.clear()
                await self._finished.wait()
            self.doing = f"handing out {span[0]}-{span[1]}"
            self.tracker.take(record.offset, record.offset, record.timestamp_ms)
            if error is None:
                self._submit(record)
            else:
                self._start(self._reject(record, error, attempts=1), record)

    def _submit(self, record: Record) -> None:
        try:
            key = self._processor.key(record)
        except BadRecord as error:
            self._start(self._reject(record, error, attempts=1), record)
            return
        chain = self._chains.get(key)
        if chain is None:
            self._chains[key] = deque([record])
            self._grown[key] = asyncio.Event()
            self._start(self._follow(key), record)
        else:
            chain.append(record)
            self._grown[key].set()

    def _start(self, work: Coroutine[None, None, None], record: Record) -> None:
        task = asyncio.create_task(work, name=f"{self.topic.name}[{self.number}]@{record.offset}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("record failed", exc_info=error)
            self._lane.failed(error)

    async def _follow(self, key: str) -> None:
        """Handles the key's records one after the other until none is left, or the partition is given up."""
        chain = self._chains[key]
        while chain and not self._closing:
            await self._await_more(chain, self._grown[key])
            async with self._slots:
                taken = list(islice(chain, self._processor.burst))
                await (self._handle(taken[0]) if len(taken) == 1 else self._handle_together(taken))
            for _ in taken:
                chain.popleft()
        del self._chains[key], self._grown[key]

    async def _await_more(self, chain: Sequence[Record], grown: asyncio.Event) -> None:
        """Waits for as long as the processor says that more of the key is worth it; holds no handler's place."""
        while len(chain) < self._processor.burst and not self._closing:
            seconds = self._processor.patience(list(chain))
            if seconds <= 0:
                return
            grown.clear()
            waits = {asyncio.ensure_future(self._lane.clock.sleep(seconds)), asyncio.ensure_future(grown.wait())}
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in waits:
                    one.cancel()

    async def _handle_together(self, records: Sequence[Record]) -> None:
        try:
            await self._processor.handle_burst(self.topic, self.number, records)
        except Exception as error:  # noqa: BLE001 - each record has its own attempts and its own end
            self._log.warning("burst failed, its records one by one", records=len(records), exc_info=error)
            for record in records:
                await self._handle(record)
        else:
            for record in records:
                self._finish(record)

    async def _handle(self, record: Record) -> None:
        notice = self._again("record failed, again")
        failed = await handle(self._processor, self.topic, self.number, record, clock=self._lane.clock, notice=notice)
        if failed is None:
            self._finish(record)
        else:
            await self._reject(record, *failed)

    async def _reject(self, record: Record, error: BadRecord, attempts: int) -> None:
        await self._bury([(record, error)], attempts)
        self._finish(record)

    def _finish(self, record: Record) -> None:
        self.tracker.finish(record.offset)
        self._finished.set()

    async def _drain(self) -> None:
        await super()._cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _cancel(self) -> None:
        await super()._cancel()
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)


async def handle(
    processor: KeyedProcessor, topic: Topic, number: int, record: Record, *, clock: Clock, notice: Notice
) -> tuple[BadRecord, int] | None:
    """Has the record handled, as often as the processor's ``backoff`` says; why it is given up, and after how many
    attempts. Blocks as long as that takes."""
    attempts = 0

    async def attempt() -> None:
        nonlocal attempts
        attempts += 1
        await processor.handle(topic, number, record)

    try:
        await retry(attempt, backoff=processor.backoff, never=(BadRecord,), clock=clock, notice=notice)
    except BadRecord as error:
        return error, attempts
    except Exception as error:
        # whatever it is, it has had its attempts
        log.exception("record failed for good", topic=topic.name, offset=record.offset, attempts=attempts)
        return BadRecord(HANDLER_FAILED, f"{type(error).__name__} in {where(error)}"), attempts
    return None


def where(error: BaseException) -> str:
    """The function the exception was raised in; its message stays out, it may hold personal data."""
    trace = error.__traceback__
    if trace is None:
        return "unknown"
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    return f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}"
