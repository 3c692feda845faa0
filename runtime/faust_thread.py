"""The thread in which Faust keeps the Kafka client, made to commit metadata and to put back what nobody takes."""

import logging
from collections.abc import Mapping
from typing import Any, cast

import uvloop
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import fetcher
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from mode.threads import WorkerThread

from runtime.assignment import TP
from runtime.processor import Committed

_MANY_BYTES = 256 * 1024


class _DaemonThread(WorkerThread):
    """Does not keep a process alive that wants to end."""

    def __init__(self, service: Any, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self.daemon = True


class _AsRead(fetcher.PartitionRecords):  # type: ignore[misc]
    """Hands records over as they were read; a copy of each in aiokafka's own class costs as much as reading it."""

    def _consumer_record(self, _tp: Any, record: Any) -> Any:
        return record


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that owns the Kafka client, on an event loop of its own."""

    app: Any
    consumer: Any
    Worker = _DaemonThread
    logger = logging.getLogger("faust.consumer")
    mundane_level = "debug"

    def __init__(self, consumer: Any, **kwargs: Any) -> None:
        super().__init__(consumer, thread_loop=uvloop.new_event_loop(), **kwargs)
        self._close_thread_loop_on_stop = True

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        self._assignor = RoundRobinPartitionAssignor
        fetcher.PartitionRecords = _AsRead
        return AIOKafkaConsumer(**self.app.consumer_options, partition_assignment_strategy=[self._assignor])

    async def _fetch_records(
        self, consumer: Any, active_partitions: Any, timeout: float | None = None, max_records: int | None = None
    ) -> Any:
        flow = self.consumer.flow
        fetched = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        if self.consumer.flow != flow:
            # This call outlived a rebalance: nobody waits for its records. They must not count as read.
            for tp, records in fetched.items():
                if consumer._subscription.is_assigned(tp):
                    consumer.seek(tp, records[0].offset)
            return {}
        return fetched

    def fetch_at_once(self) -> None:
        """The next fetch returns as soon as there is a record. Never blocks."""
        self._fetch_when(1, self.app.consumer_options["fetch_max_wait_ms"])

    def fetch_together(self, seconds: float) -> None:
        """The next fetch returns after so many seconds, or with a good many bytes. Never blocks."""
        self._fetch_when(_MANY_BYTES, min(int(seconds * 1000), self.app.consumer_options["fetch_max_wait_ms"]))

    def _fetch_when(self, least_bytes: int, longest_ms: int) -> None:
        if self._consumer is not None:
            # aiokafka reads both anew for each fetch, but has no way to change them
            self._consumer._fetcher._fetch_min_bytes = least_bytes
            self._consumer._fetcher._fetch_max_wait_ms = longest_ms

    def touch(self) -> None:
        """Tells the group's client that the station is alive although it does not fetch: its partitions are all full.

        Without it the client would leave the group after ``max_poll_interval_ms``, and not come back. Never blocks.
        """
        self.thread_loop.call_soon_threadsafe(self._touch)

    def _touch(self) -> None:
        if self._consumer is not None:
            with self._consumer._subscription.fetch_context():
                return

    async def commit_all(self, committed: Mapping[TP, Committed]) -> None:
        """Commits; raises ``KafkaError`` when the broker did not take it."""
        await self.call_thread(self._commit_all, committed)

    async def committed_all(self, tps: set[TP]) -> dict[TP, Committed | None]:
        """What the group last committed for those partitions."""
        return cast(dict[TP, Committed | None], await self.call_thread(self._committed_all, tps))

    async def _commit_all(self, committed: Mapping[TP, Committed]) -> None:
        consumer = self._ensure_consumer()
        assigned = consumer.assignment()
        offsets = {
            TopicPartition(*tp): OffsetAndMetadata(item.offset, item.metadata)
            for tp, item in committed.items()
            if TopicPartition(*tp) in assigned
        }
        if offsets:
            await consumer.commit(offsets)

    async def _committed_all(self, tps: set[TP]) -> dict[TP, Committed | None]:
        # consumer.committed() answers without the metadata
        found = await self._ensure_consumer()._coordinator.fetch_committed_offsets([TopicPartition(*tp) for tp in tps])
        answer: dict[TP, Committed | None] = {}
        for tp in tps:
            item = found.get(TopicPartition(*tp))
            answer[tp] = None if item is None or item.offset < 0 else Committed(item.offset, item.metadata or "")
        return answer
