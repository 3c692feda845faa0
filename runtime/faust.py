"""Faust as we run it. Its word for a function on a stream is "agent"; ours is ``processor``.

*Agent* is kept for those with understanding, so no other module of ours says it of a processor.
"""

from collections.abc import Sequence
from typing import Any

from runtime import kafka
from runtime.assignment import TP
from runtime.faust_app import BatchApp
from runtime.settings import KafkaSettings, RuntimeSettings

_FETCH_WAIT_MS = 100
"""Bounds how long a partition that just got room waits for a fetch that went out without it."""
_POLL_INTERVAL_MS = 300_000
_HEARTBEAT_MS = 1_000
"""Also how late a member learns that the group rebalances."""


def application(
    group: str, settings: KafkaSettings, runtime: RuntimeSettings, *, batch_records: int = 2000
) -> BatchApp:
    """A Faust app of that consumer group, not started; belongs to the running event loop.

    A fetch brings ``batch_records`` at most.
    """
    options = {
        **kafka.aiokafka(settings),
        "client_id": group,
        "group_id": group,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "max_poll_records": batch_records,
        "fetch_max_wait_ms": _FETCH_WAIT_MS,
        "max_poll_interval_ms": _POLL_INTERVAL_MS,
        "rebalance_timeout_ms": int((runtime.drain_seconds + 30) * 1000),
        "session_timeout_ms": int(runtime.session_seconds * 1000),
        "heartbeat_interval_ms": _HEARTBEAT_MS,
        "metadata_max_age_ms": 60_000,
        "check_crcs": True,
    }
    return BatchApp(group, consumer_options=options, commit_seconds=runtime.commit_seconds)


def processor(app: BatchApp, name: str, topics: Sequence[str]) -> None:
    """Routes those topics' batches to their partitions; the work is done there, a task a partition.

    One concurrency: with more, Faust's acknowledgements may pass an unfinished message.
    """

    async def route(stream: Any) -> None:
        async for event in stream.noack().events():
            message = event.message
            partition = app.assignment[TP(*message.tp)]
            if partition is not None:
                partition.deliver(event.value, event.ack)

    app.agent(app.topic(*topics), name=name, concurrency=1)(route)
