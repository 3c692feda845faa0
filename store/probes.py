"""A harmless change to time on its way: an active offer's price moved by one cent."""

from dataclasses import dataclass
from decimal import Decimal

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class ProbeOffer:
    """An offer, its product, and its price in BRL."""

    id: int
    product_id: int
    price: Decimal


async def active_offers(connection: AsyncConnection, limit: int) -> list[ProbeOffer]:
    """Up to ``limit`` active offers of active suppliers, spread over the catalogue."""
    async with connection.cursor(row_factory=class_row(ProbeOffer)) as cursor:
        await cursor.execute(
            """
            SELECT o.id, o.product_id, o.price
            FROM offers o
            JOIN products p ON p.id = o.product_id AND p.status = 'active'
            JOIN suppliers s ON s.id = o.supplier_id AND s.status = 'active'
            WHERE o.state = 'active' AND o.price > 1
            ORDER BY md5(o.id::text)
            LIMIT %s
            """,
            (limit,),
        )
        return await cursor.fetchall()


async def move_price(connection: AsyncConnection, offer_id: int) -> Decimal:
    """Lower the price by one cent within the caller's transaction and return the new one.

    Raises ``LookupError`` when there is no such offer.
    """
    cursor = await connection.execute(
        "UPDATE offers SET price = price - 0.01 WHERE id = %s AND price > 0.02 RETURNING price", (offer_id,)
    )
    found = await cursor.fetchone()
    if found is None:
        raise LookupError(f"offer {offer_id} is gone or has no cent left")
    return Decimal(found[0])
