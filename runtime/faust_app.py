"""The Faust application of a station: its consumer and its agents, and nothing that a station does not use.

No tables, no web server, no leader topic, no producer (ours confirms each message), no folder on disk.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import faust
import structlog
from faust.app.base import BootStrategy
from faust.tables.manager import TableManager
from faust.topics import Topic as FaustTopic

from runtime import metrics
from runtime.assignment import TP, Assignment
from runtime.faust_consumer import BatchConsumer, Transport

log = structlog.get_logger(__name__)


class _NoTables(TableManager):
    """Says that all its tables are ready; there are none."""

    mundane_level = "debug"

    async def on_start(self) -> None:
        self._tables_finalized.set()
        self._tables_registered.set()

    async def on_stop(self) -> None:
        return


class _Boot(BootStrategy):
    enable_kafka_producer = False
    enable_web = False

    def kafka_consumer(self) -> Iterable[Any]:
        return [self.app.consumer]


class BatchTopic(FaustTopic):
    """A topic whose messages carry a list of records: there is nothing to decode yet."""

    def _compile_decode(self) -> None:
        create_event = self.app.create_event

        async def decode(message: Any, *, propagate: bool = False) -> Any:
            return create_event(None, message.value, None, message)

        self.decode = decode  # type: ignore[method-assign]


class BatchApp(faust.App):
    """A Faust app that hands what the group assigns to an ``Assignment``."""

    BootStrategy = _Boot
    logger = logging.getLogger("faust.app")
    mundane_level = "debug"
    consumer: BatchConsumer

    def __init__(self, group: str, *, consumer_options: dict[str, Any], commit_seconds: float) -> None:
        self.assignment: Assignment
        self.consumer_options = consumer_options
        self._opening: asyncio.Task[None] | None = None
        super().__init__(
            group,
            broker="kafka://" + consumer_options["bootstrap_servers"][0],
            autodiscover=False,
            broker_commit_interval=commit_seconds,
            processing_guarantee="at_least_once",
            stream_wait_empty=True,
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
            Topic=BatchTopic,
            TableManager=_NoTables,
        )

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Faust would make a folder for its tables."""

    def on_rebalance_return(self) -> None:
        """Faust's sensors measure rebalances; we have none of them."""

    def on_rebalance_end(self) -> None:
        self.rebalancing = False

    async def _on_partitions_revoked(self, revoked: set[Any]) -> None:
        await self._give_back()

    async def _on_partitions_assigned(self, assigned: set[Any], generation_id: int = 0) -> None:
        if self.should_stop:
            return
        await self.topics.maybe_wait_for_subscriptions()
        await self.topics.on_partitions_assigned(assigned)
        # The group's heartbeats wait for this method, and a processor may take long to get ready: not in here.
        self._opening = asyncio.create_task(self._open(assigned), name="opening partitions")
        self.on_rebalance_end()

    async def _open(self, assigned: set[Any]) -> None:
        tps = {TP(*tp) for tp in assigned}
        try:
            await self.assignment.open(tps, await self.consumer.committed_all(tps))
        except Exception as error:
            log.exception("assignment failed", partitions=len(assigned))
            await self.crash(error)
            return
        metrics.REBALANCES.labels(self.conf.id).inc()
        log.info("partitions assigned", partitions=sorted(f"{topic}[{number}]" for topic, number in assigned))
        self.consumer.resume_flow()
        self.flow_control.resume()
        await self._fetcher.maybe_start()

    async def _stop_consumer(self) -> None:
        if self._consumer is not None:
            await self._give_back()
            await self._stop_fetcher()

    async def _give_back(self) -> None:
        """Stops the flow, empties the streams' queues, and waits for the work in hand to end and be committed."""
        self.consumer.stop_flow()
        self.flow_control.suspend()
        self.flow_control.clear()
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        try:
            await self.consumer.wait_empty()
        except Exception as error:
            log.exception("giving partitions back failed")
            await self.crash(error)
