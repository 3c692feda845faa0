"""Reads on the pharmacy's orders."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from agents.tools.desk import Desk
from agents.tools.tool import read
from store import orders
from store.orders import Order

LAST, LAST_BUT_ONE = "último", "penúltimo"
"""In place of a number: the pharmacy's newest order, and the one before it."""


@read
async def find_orders(desk: Desk, number: str) -> Sequence[Order]:
    """The pharmacy's orders that the written number may mean, newest first; one for ``LAST`` and ``LAST_BUT_ONE``."""
    if number in (LAST, LAST_BUT_ONE):
        back = 1 if number == LAST else 2
        newest = await desk.query(lambda connection: orders.newest(connection, desk.pharmacy, limit=back))
        return newest[back - 1 : back]
    return await desk.query(lambda connection: orders.by_number(connection, desk.pharmacy, number))


@read
async def open_orders(desk: Desk) -> Sequence[Order]:
    """The pharmacy's orders under way, newest first; without any, its newest one."""

    async def look(connection: AsyncConnection[Any]) -> Sequence[Order]:
        under_way = await orders.open_orders(connection, desk.pharmacy)
        return under_way or await orders.newest(connection, desk.pharmacy, limit=1)

    return await desk.query(look)
