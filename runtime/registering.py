"""Registering what a station writes, when it starts; a registry that is away is waited for, as it is for batches."""

import asyncio
from functools import partial

import structlog

from runtime import metrics
from runtime.clock import Clock
from runtime.codec import Encoder
from runtime.registry import RegistryUnavailable
from runtime.retry import Backoff, retry
from schemas.topic import Topic

log = structlog.get_logger(__name__)
_AWAY = Backoff(first=0.2, ceiling=5.0, attempts=None)


async def registered(encoder: Encoder, *topics: Topic, group: str, clock: Clock | None = None) -> None:
    """Returns when the encoder can write the topics, however long the registry is away; `balcao status` says so.

    Raises ``SchemaRefusedError``.
    """

    def notice(error: Exception, attempts: int, delay: float) -> None:
        metrics.WAITS_FOR.labels(group, metrics.REGISTRY).set(1)
        log.warning("the schema registry is away", attempts=attempts, retry_in=round(delay, 2), error=str(error))

    # one by one, so that a registry that fails now and then gets through all of them
    for topic in topics:
        await retry(
            partial(asyncio.to_thread, encoder.prepare, topic),
            backoff=_AWAY,
            on=RegistryUnavailable,
            clock=clock,
            notice=notice,
        )
    metrics.WAITS_FOR.labels(group, metrics.REGISTRY).set(0)
