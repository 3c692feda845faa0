"""Reads on the pharmacy's orders."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from agents.tools.desk import Desk
from agents.tools.tool import read
from store import orders
from store.orders import Order


@read
async def find_orders(desk: Desk, number: str) -> Sequence[Order]:
    """The pharmacy's orders that the written number may mean, newest first."""
    return await desk.query(lambda connection: orders.by_number(connection, desk.pharmacy, number))


@read
async def open_orders(desk: Desk) -> Sequence[Order]:
    """The pharmacy's orders under way, newest first; without any, its newest one."""

    async def look(connection: AsyncConnection[Any]) -> Sequence[Order]:
        under_way = await orders.open_orders(connection, desk.pharmacy)
        return under_way or await orders.newest(connection, desk.pharmacy, limit=1)

    return await desk.query(look)
