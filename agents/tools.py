"""What flows may look up. A flow declares the tools it uses and is given no other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from agents.matching import Found, match
from runtime.product_index import ProductIndexUnavailable
from store import availability, orders
from store.availability import Offer, Product
from store.orders import Order
from store.pool import Pool

FIND_ORDERS = "find_orders"
OPEN_ORDERS = "open_orders"
FIND_PRODUCTS = "find_products"
PRODUCTS = "products"
OFFERS = "offers"

_CANDIDATES = 24
_T = TypeVar("_T")


class ToolUnavailable(Exception):  # noqa: N818 - a state of the world that passes
    """What the tool asks did not answer in time."""


class Tools(Protocol):
    """Reads on the marketplace. The pharmacy is fixed when the tools are made: no argument can name another.

    Every method may raise ``ToolUnavailable``.
    """

    async def find_orders(self, number: str) -> Sequence[Order]:
        """The pharmacy's orders that the written number may mean, newest first."""
        ...

    async def open_orders(self) -> Sequence[Order]:
        """The pharmacy's orders under way, newest first; without any, its newest one."""
        ...

    async def find_products(self, words: str) -> Found:
        """The products that the words may mean, best first."""
        ...

    async def products(self, ids: Sequence[int]) -> Sequence[Product]:
        """Products by id, in the order asked."""
        ...

    async def offers(self, ids: Sequence[int]) -> Sequence[Offer]:
        """Active offers of the products, in the order asked, cheapest first within each."""
        ...


ProductSearch = Callable[[str, int], Awaitable[Sequence[tuple[int, float]]]]
"""At most so many products for words as people write them, best first: id and score, as ``ProductIndex`` scores."""


class MarketplaceTools:
    """The tools over the marketplace's database and the product index, for one pharmacy. Answers within ``seconds``."""

    def __init__(self, pool: Pool, search: ProductSearch, pharmacy_id: int, *, seconds: float = 4) -> None:
        self._pool = pool
        self._search = search
        self._pharmacy_id = pharmacy_id
        self._seconds = seconds

    async def find_orders(self, number: str) -> Sequence[Order]:
        return await self._read(lambda connection: orders.by_number(connection, self._pharmacy_id, number))

    async def open_orders(self) -> Sequence[Order]:
        async def read(connection: AsyncConnection[Any]) -> Sequence[Order]:
            under_way = await orders.open_orders(connection, self._pharmacy_id)
            return under_way or await orders.newest(connection, self._pharmacy_id, limit=1)

        return await self._read(read)

    async def find_products(self, words: str) -> Found:
        try:
            async with asyncio.timeout(self._seconds):
                hits = dict(await self._search(words, _CANDIDATES))
        except (TimeoutError, ProductIndexUnavailable) as error:
            raise ToolUnavailable("the product index did not answer") from error
        if not hits:
            return Found()
        return match(words, [(product, hits[product.product_id]) for product in await self.products(list(hits))])

    async def products(self, ids: Sequence[int]) -> Sequence[Product]:
        return await self._read(lambda connection: availability.products(connection, ids))

    async def offers(self, ids: Sequence[int]) -> Sequence[Offer]:
        return await self._read(lambda connection: availability.offers(connection, ids))

    async def _read(self, query: Callable[[AsyncConnection[Any]], Awaitable[_T]]) -> _T:
        try:
            async with asyncio.timeout(self._seconds), self._pool.connection() as connection:
                return await query(connection)
        except (TimeoutError, PoolTimeout, psycopg.OperationalError) as error:
            raise ToolUnavailable("the marketplace's database did not answer") from error
