"""What pharmacies buy of the marketplace in a while."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Volume:
    """A pharmacy's orders since a moment; ``total`` is BRL."""

    pharmacy_id: int
    orders: int
    total: Decimal


async def volumes(connection: AsyncConnection[Any], *, since: datetime, at_least: Decimal) -> list[Volume]:
    """Active pharmacies that bought for that much, most first. Cancelled and returned orders do not count."""
    async with connection.cursor(row_factory=class_row(Volume)) as cursor:
        await cursor.execute(
            """
            SELECT orders.pharmacy_id, count(*) AS orders, sum(orders.total) AS total
              FROM orders JOIN pharmacies ON pharmacies.id = orders.pharmacy_id AND pharmacies.status = 'active'
             WHERE orders.placed_at >= %(since)s AND orders.status NOT IN ('cancelled', 'returned')
             GROUP BY orders.pharmacy_id HAVING sum(orders.total) >= %(least)s
             ORDER BY total DESC, orders.pharmacy_id
            """,
            {"since": since, "least": at_least},
        )
        return await cursor.fetchall()


async def is_pharmacy(connection: AsyncConnection[Any], pharmacy_id: int) -> bool:
    """Whether the marketplace has a pharmacy of that id."""
    cursor = await connection.execute("SELECT EXISTS (SELECT FROM pharmacies WHERE id = %s)", [pharmacy_id])
    row = await cursor.fetchone()
    return bool(row and row[0])
