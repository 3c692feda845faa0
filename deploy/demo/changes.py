"""Timing one change: from its commit to its topic, to BigQuery and to Qdrant, all three at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from typing import Any

from psycopg import AsyncConnection

from deploy.demo.topic_watch import TopicWatch
from deploy.demo.views import IndexView, WarehouseView, first_seen
from runtime.registry import Registry
from runtime.settings import (
    BigQuerySettings,
    KafkaSettings,
    MarketplaceWriter,
    QdrantSettings,
    RegistrySettings,
    load,
)
from schemas.captured import CAPTURED
from store import probes

_LIMIT_SECONDS = 15.0
_OFFERS = 200
_INDEX_PAUSE_SECONDS = 0.03
_QUERY_PAUSE_SECONDS = 0.04
"""Between two looks into the warehouse: a query there costs as much as tens of changes."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds from just before COMMIT was sent; ``None``: not seen within the timer's limit."""

    topic: float | None
    bigquery: float | None
    qdrant: float | None


class ChangeTimer:
    """Moves an offer's price by a cent and waits until each view shows it. Made by ``change_timer``."""

    def __init__(
        self,
        connection: AsyncConnection[Any],
        offers: list[probes.ProbeOffer],
        watch: TopicWatch,
        warehouse: WarehouseView,
        index: IndexView,
        *,
        pause: float,
        index_pause: float,
        limit: float,
    ) -> None:
        self._connection = connection
        self._offers = cycle(offers)
        self._watch = watch
        self._warehouse = warehouse
        self._index = index
        self._pause = pause
        self._index_pause = index_pause
        self._limit = limit

    async def measure(self) -> Timing:
        """Make one change and time it on its three ways."""
        offer, moved, in_topic, start = await self._move()
        seen = await asyncio.gather(
            _within(in_topic, self._limit),
            first_seen(lambda: self._warehouse.shows(offer.id, moved.at), timeout=self._limit, pause=self._pause),
            first_seen(
                lambda: self._index.has_price(offer.product_id, offer.id, moved.price),
                timeout=self._limit,
                pause=self._index_pause,
            ),
        )
        return Timing(*(None if when is None else (when - start) * 1000 for when in seen))

    async def _move(self) -> tuple[probes.ProbeOffer, probes.Moved, Awaitable[float], float]:
        for offer in self._offers:
            async with self._connection.transaction():
                moved = await probes.move_price(self._connection, offer.id)
                if moved is None:
                    # The market withdrew this offer meanwhile, so that no view would show its price.
                    continue
                in_topic = self._watch.expect((offer.id, moved.price))
                start = time.perf_counter()
            return offer, moved, in_topic, start
        raise LookupError("there is no active offer to change")


async def _within(moment: Awaitable[float], limit: float) -> float | None:
    try:
        async with asyncio.timeout(limit):
            return await moment
    except TimeoutError:
        return None


def _offer_and_price(envelope: Any) -> tuple[int, Decimal] | None:
    after = envelope["after"]
    return None if after is None else (after["id"], after["price"])


@asynccontextmanager
async def change_timer(
    *,
    pause: float = _QUERY_PAUSE_SECONDS,
    index_pause: float = _INDEX_PAUSE_SECONDS,
    limit: float = _LIMIT_SECONDS,
) -> AsyncIterator[ChangeTimer]:
    """A timer on the running platform, from the settings in the environment.

    ``pause`` is the seconds between two looks into the warehouse, ``index_pause`` into the index, ``limit`` those until
    a change counts as not seen.

    Raises ``SettingsError`` for a missing setting and ``LookupError`` when there is no active offer to change.
    """
    async with AsyncExitStack() as stack:
        dsn = load(MarketplaceWriter).dsn.get_secret_value()
        connection = await AsyncConnection.connect(dsn, autocommit=True)
        stack.push_async_callback(connection.close)
        offers = await probes.active_offers(connection, _OFFERS)
        if not offers:
            raise LookupError("there is no active offer to change; `balcao db seed` makes a market")
        registry = Registry(load(RegistrySettings))
        watch = TopicWatch(load(KafkaSettings), registry, CAPTURED["offers"], _offer_and_price)
        await watch.start()
        stack.push_async_callback(watch.stop)
        warehouse = WarehouseView(load(BigQuerySettings))
        stack.push_async_callback(warehouse.close)
        index = IndexView(load(QdrantSettings))
        stack.push_async_callback(index.close)
        yield ChangeTimer(
            connection, offers, watch, warehouse, index, pause=pause, index_pause=index_pause, limit=limit
        )
