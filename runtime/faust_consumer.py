"""Faust's aiokafka driver, made to deliver a partition's fetched records as one message.

Stock Faust walks its whole event machinery for each record; one message a batch is ten times faster. What is done is
known to our trackers, so Faust's bookkeeping of single offsets, its gaps and its buffer pressure are switched off.
"""

import asyncio
import logging
import math
import time
from collections import defaultdict
from typing import Any, ClassVar, cast

import structlog
from aiokafka.errors import KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import ConsumerMessage

from runtime import metrics
from runtime.assignment import TP, Assignment
from runtime.faust_thread import ConsumerThread
from runtime.processor import Committed

log = structlog.get_logger(__name__)

_CROWDED_SECONDS = 0.02
_ROOM_SECONDS = 0.25
_FETCHES_A_PACE = 4


class _Forgetful(defaultdict[Any, int | None]):
    """Takes nothing in: Faust drops a message below the highest offset it remembers, which is wrong after a reset."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def __setitem__(self, key: Any, value: Any) -> None:
        return


class BatchConsumer(driver.Consumer):
    """Faust's consumer, delivering batches and committing what our trackers say is done."""

    app: Any
    logger = logging.getLogger("faust.consumer")
    mundane_level = "debug"
    flow = 0
    """Counts the times the flow was stopped, so that a fetch can tell whether it is still wanted."""
    _thread: ConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_offset = _Forgetful()
        self._fetched = -math.inf

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def assignment_of_app(self) -> Assignment:
        return cast(Assignment, self.app.assignment)

    async def committed_all(self, tps: set[TP]) -> dict[TP, Committed | None]:
        """What the group last committed for those partitions."""
        return await self._thread.committed_all(tps)

    def stop_flow(self) -> None:
        self.flow += 1
        super().stop_flow()

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:
        if not self.flow_active:
            await self.wait_first(self.can_resume_flow.wait())
        partitions = self.assignment_of_app
        pace = partitions.pace_seconds
        if self._gather(pace):
            timeout = min(timeout, pace)
        ready = partitions.fetchable()
        if not ready:
            partitions.room.clear()
            self._thread.touch()
            await self._wait_for_room(partitions)
            return {}, ready
        # a partition that gets room meanwhile must not wait for the others' next record
        open_ones = [one for one in partitions.snapshot().values() if one.halted is None]
        crowded = len(ready) < len(open_ones)
        return await self._getmany(ready, _CROWDED_SECONDS if crowded else timeout), ready

    def _gather(self, pace: float) -> bool:
        """Lets records gather in the broker for a paced station: of those that come in a trickle each costs a fetch.

        Only within a pace of the last record: the one after a quiet time is fetched at once. Returns whether it does.
        """
        if time.monotonic() - self._fetched >= pace:
            self._thread.fetch_at_once()
            return False
        self._thread.fetch_together(pace / _FETCHES_A_PACE)
        return True

    async def _wait_for_room(self, partitions: Assignment) -> None:
        try:
            await asyncio.wait_for(partitions.room.wait(), _ROOM_SECONDS)
        except TimeoutError:
            return

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:
        fetched = await super()._getmany(active_partitions, timeout)
        if fetched:
            self._fetched = time.monotonic()
        batches = {}
        for tp, records in fetched.items():
            partition = self.assignment_of_app[TP(*tp)]
            if records and partition is not None:
                partition.reserve(len(records))
                batches[TP(*tp)] = [records]
        return batches

    def _to_message(self, tp: Any, record: Any) -> ConsumerMessage:
        last = record[-1]
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000.0,
            last.timestamp_type,
            None,
            None,
            record,
            None,
            -1,
            -1,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    def ack(self, message: Any) -> bool:
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        """A batch's own offsets look like a gap to Faust, and a gap counts as acknowledged."""

    def on_buffer_full(self, tp: Any) -> None:
        """Backpressure is the partitions' own: a flag kept here could outlive a rebalance and starve a partition."""

    def on_buffer_drop(self, tp: Any) -> None:
        """See ``on_buffer_full``."""

    async def perform_seek(self) -> None:
        """Not needed: the flow only stops when all partitions are given back; the next assignment reads the commit."""

    async def verify_all_partitions_active(self) -> None:
        """The watchdog does that from outside the event loop."""

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commits what is done. A commit that fails changes nothing here: the next one carries the same offsets."""
        committed = self.assignment_of_app.committable()
        if not committed:
            return False
        try:
            await self._thread.commit_all(committed)
        except KafkaError as error:
            metrics.COMMIT_FAILURES.labels(self.app.conf.id).inc()
            log.warning("commit failed", error=repr(error), partitions=len(committed))
            return False
        for tp, item in committed.items():
            partition = self.assignment_of_app[tp]
            if partition is not None:
                partition.tracker.confirm(item)
        return True

    async def commit_everything(self) -> None:
        """Commits until nothing is left to commit, or a commit fails; also when another one is under way."""
        while self.assignment_of_app.committable():
            under_way = self._commit_fut is not None
            if not await self.commit() and not under_way:
                return

    async def wait_empty(self) -> None:
        """Gives all partitions back: what is in hand is waited for and committed."""
        await self.assignment_of_app.close(self.commit_everything)


class Transport(driver.Transport):
    """The driver with our consumer."""

    Consumer: ClassVar[type] = BatchConsumer
