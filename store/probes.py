"""A harmless change to time on its way: an active offer's price moved by one cent."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class ProbeOffer:
    """An offer, its product, and its price in BRL."""

    id: int
    product_id: int
    price: Decimal


async def active_offers(connection: AsyncConnection[Any], limit: int) -> list[ProbeOffer]:
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


@dataclass(frozen=True, slots=True)
class Moved:
    """A price in BRL, and its row's ``updated_at``: a view that shows this moment or a later one is as new as that."""

    price: Decimal
    at: datetime


async def move_price(connection: AsyncConnection[Any], offer_id: int) -> Moved | None:
    """Lower the price by one cent within the caller's transaction and return the new one.

    ``None`` when the offer is not active any more, or has no cent left: then nothing is changed.
    """
    async with connection.cursor(row_factory=class_row(Moved)) as cursor:
        await cursor.execute(
            "UPDATE offers SET price = price - 0.01 WHERE id = %s AND state = 'active' AND price > 0.02"
            " RETURNING price, updated_at AS at",
            (offer_id,),
        )
        return await cursor.fetchone()


@dataclass(frozen=True, slots=True)
class Writer:
    """A contact who may write on WhatsApp, and for whom."""

    wa_id: str
    name: str
    pharmacy: str


async def writers(connection: AsyncConnection[Any], limit: int) -> list[Writer]:
    """Up to ``limit`` contacts with consent, of active pharmacies, those with the newest orders first."""
    async with connection.cursor(row_factory=class_row(Writer)) as cursor:
        await cursor.execute(
            """
            SELECT c.whatsapp_id AS wa_id, c.name, p.trade_name AS pharmacy
            FROM contacts c
            JOIN pharmacies p ON p.id = c.pharmacy_id AND p.status = 'active'
            JOIN (SELECT pharmacy_id, max(placed_at) AS newest FROM orders GROUP BY pharmacy_id) o
              ON o.pharmacy_id = p.id
            WHERE c.whatsapp_id IS NOT NULL AND c.consent = 'granted'
            ORDER BY o.newest DESC, c.id
            LIMIT %s
            """,
            (limit,),
        )
        return await cursor.fetchall()


async def with_a_person(connection: AsyncConnection[Any]) -> set[str]:
    """The contacts whose conversation a person has now; ``connection`` is to the platform's database."""
    cursor = await connection.execute("SELECT contact FROM conversations WHERE state = 'escalated'")
    return {contact for (contact,) in await cursor.fetchall()}
