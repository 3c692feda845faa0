"""Noting the moment a change can be queried in BigQuery and found in Qdrant, by asking until it is there."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus

from google.api_core.exceptions import NotFound
from qdrant_client.http.exceptions import UnexpectedResponse

from runtime import qdrant
from runtime.settings import BigQuerySettings, QdrantSettings
from schemas.bigquery import view_name
from schemas.captured import CAPTURED
from sinks.bigquery.warehouse import Warehouse

Probe = Callable[[], Awaitable[bool]]


async def first_seen(look: Probe, *, timeout: float, pause: float) -> float | None:
    """The ``time.perf_counter()`` of the first look that saw it; ``None`` when none did within ``timeout`` seconds."""
    deadline = time.perf_counter() + timeout
    while time.perf_counter() < deadline:
        if await look():
            return time.perf_counter()
        await asyncio.sleep(pause)
    return None


class WarehouseView:
    """The newest state of offers as an analyst reads it."""

    def __init__(self, settings: BigQuerySettings) -> None:
        self._warehouse = Warehouse(settings)
        self._view = f"`{self._warehouse.dataset}.{view_name(CAPTURED['offers'])}`"

    async def shows(self, offer_id: int, at: datetime) -> bool:
        """Whether the current-state view shows the offer as it was updated then, or newer; not before the sink made it.

        Raises what the client raises.
        """
        try:
            rows = await self._warehouse.query(f"SELECT updated_at FROM {self._view} WHERE id = @id", {"id": offer_id})  # noqa: S608
        except NotFound:
            return False
        return any(row.updated_at >= at for row in rows)

    async def close(self) -> None:
        """Close the client's connections."""
        await self._warehouse.close()


class IndexView:
    """The vector index as the agents' search reads it."""

    def __init__(self, settings: QdrantSettings) -> None:
        self._client = qdrant.connect(settings)
        self._collection = settings.collection

    async def has_price(self, product_id: int, offer_id: int, price: Decimal) -> bool:
        """Whether the product's point shows the offer at that price now; not before the sink made its collection.

        Raises what the client raises.
        """
        try:
            points = await self._client.retrieve(self._collection, [product_id], with_payload=["offers"])
        except UnexpectedResponse as error:
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise
            return False
        offers = [offer for point in points for offer in (point.payload or {}).get("offers", ())]
        return any(offer["offer_id"] == offer_id and offer["price"] == float(price) for offer in offers)

    async def count(self) -> int:
        """How many points there are, tombstones too."""
        found = await self._client.count(self._collection)
        return found.count

    async def close(self) -> None:
        """Close the client's connections."""
        await self._client.close()
