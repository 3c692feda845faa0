"""The seeded writer: one transaction a change, each exactly once, whatever happens to PostgreSQL meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psycopg
from psycopg import AsyncConnection

from tests.faults.changes import Change

_PACE = 0.02
_PATIENCE = 120.0


class Writer:
    """Writes changes in order. A transaction whose answer was lost is looked up in the ledger, and not made twice."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: AsyncConnection[Any] | None = None
        self.done = 0
        self.doubts = 0

    async def write(self, changes: Sequence[Change], reached: Callable[[int], Awaitable[None]]) -> None:
        """Commits each and then tells ``reached`` its number, which may hold the next one back."""
        for change in changes:
            await self._commit(change)
            self.done = change.number
            await reached(change.number)
            await asyncio.sleep(_PACE)
        if self._connection is not None:
            await self._connection.close()

    async def _commit(self, change: Change) -> None:
        until, doubt = time.monotonic() + _PATIENCE, False
        while True:
            try:
                connection = await self._connected()
                if doubt and await _in_ledger(connection, change.number):
                    return
                async with connection.transaction():
                    for text, values in change.statements:
                        await connection.execute(text, values)
                    await connection.execute("INSERT INTO fault_ledger (number) VALUES (%s)", [change.number])
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                self.doubts += not doubt
                doubt = True
                if self._connection is not None:
                    await self._connection.close()
                    self._connection = None
                await asyncio.sleep(0.2)
            else:
                return

    async def _connected(self) -> AsyncConnection[Any]:
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self._dsn, autocommit=True, connect_timeout=10)
        return self._connection


async def _in_ledger(connection: AsyncConnection[Any], number: int) -> bool:
    cursor = await connection.execute("SELECT 1 FROM fault_ledger WHERE number = %s", [number])
    return await cursor.fetchone() is not None
