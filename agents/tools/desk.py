"""What tools work with: the marketplace's database and the product index, for one contact of one pharmacy."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from agents.identity import Identity
from agents.wording import BRASILIA
from runtime.product_index import ProductIndexUnavailable
from store.pool import Pool

_T = TypeVar("_T")

ProductSearch = Callable[[str, int], Awaitable[Sequence[tuple[int, float]]]]
"""At most so many products for words as people write them, best first: id and score, as ``ProductIndex`` scores."""


class ToolUnavailable(Exception):  # noqa: N818 - a state of the world that passes
    """What the tool asks did not answer in time."""


class Signed(TypedDict):
    """What every write of a known contact says of itself."""

    request_id: UUID
    pharmacy_id: int
    contact_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a tool works. The pharmacy is the identity's: no argument of a tool can name another.

    ``marketplace`` reads with one role, ``writer`` changes with another, which may do only that. ``now`` is the turn's.
    ``request`` identifies the write that is being done, and is the same when it is done again after a crash; ``None``
    for reads. What does not answer within ``seconds`` raises ``ToolUnavailable``.
    """

    identity: Identity
    marketplace: Pool
    writer: Pool
    search: ProductSearch
    now: datetime
    seconds: float = 4
    request: UUID | None = None

    @property
    def pharmacy(self) -> int:
        """The pharmacy's id; a flow that is closed to strangers has one."""
        assert self.identity.pharmacy_id is not None, "policy lets only a pharmacy's contact use this tool"
        return self.identity.pharmacy_id

    @property
    def contact(self) -> int:
        """The contact's id; whoever speaks for a pharmacy has one."""
        assert self.identity.contact_id is not None, "policy lets only a known contact use this tool"
        return self.identity.contact_id

    @property
    def phone(self) -> str:
        """The number that the channel says writes, as it calls it."""
        assert self.identity.phone is not None, "the channel names whoever writes"
        return self.identity.phone

    @property
    def state(self) -> str:
        """The pharmacy's state, two letters: prices and deliveries depend on it."""
        assert self.identity.state is not None, "a known pharmacy has a state"
        return self.identity.state

    @property
    def today(self) -> date:
        """The day in Brasília, where the marketplace's days begin and end."""
        return self.now.astimezone(BRASILIA).date()

    @property
    def request_id(self) -> UUID:
        """The id of the write that is being done."""
        assert self.request is not None, "only a tool declared as a write has a request"
        return self.request

    @property
    def signed(self) -> Signed:
        """The keywords of a write: under which request, for whom, when."""
        return Signed(request_id=self.request_id, pharmacy_id=self.pharmacy, contact_id=self.contact, now=self.now)

    async def query(self, ask: Callable[[AsyncConnection[Any]], Awaitable[_T]]) -> _T:
        """What ``ask`` gives on a connection that reads the marketplace's database."""
        return await self._on(self.marketplace, ask)

    async def change(self, ask: Callable[[AsyncConnection[Any]], Awaitable[_T]]) -> _T:
        """What ``ask`` gives on a connection that may write; ``ask`` makes its own transaction, for ``request_id``."""
        return await self._on(self.writer, ask)

    async def _on(self, pool: Pool, ask: Callable[[AsyncConnection[Any]], Awaitable[_T]]) -> _T:
        try:
            async with asyncio.timeout(self.seconds), pool.connection() as connection:
                return await ask(connection)
        except (TimeoutError, PoolTimeout, psycopg.OperationalError) as error:
            raise ToolUnavailable("the marketplace's database did not answer") from error

    async def find(self, words: str, limit: int) -> dict[int, float]:
        """The scores of at most ``limit`` products for the words, best first."""
        try:
            async with asyncio.timeout(self.seconds):
                return dict(await self.search(words, limit))
        except (TimeoutError, ProductIndexUnavailable) as error:
            raise ToolUnavailable("the product index did not answer") from error
