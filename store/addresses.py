"""Where a pharmacy receives goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Address:
    """One of a pharmacy's addresses; orders go to the ``preferred`` one unless another is named."""

    address_id: int
    label: str
    street: str
    number: str
    complement: str | None
    district: str
    city: str
    state: str
    postal_code: str
    preferred: bool


async def addresses(connection: AsyncConnection[Any], pharmacy_id: int) -> list[Address]:
    """The pharmacy's active addresses, the preferred one first."""
    async with connection.cursor(row_factory=class_row(Address)) as cursor:
        await cursor.execute(_ADDRESSES, {"pharmacy": pharmacy_id})
        return await cursor.fetchall()


async def destinations(
    connection: AsyncConnection[Any], pharmacy_id: int, order_ids: Sequence[int]
) -> dict[int, Address]:
    """Where those orders that are the pharmacy's go, by order; without those that name no address. One query."""
    cursor = await connection.execute(_DESTINATIONS, {"pharmacy": pharmacy_id, "orders": list(order_ids)})
    return {order_id: Address(*found) for order_id, *found in await cursor.fetchall()}


_DESTINATIONS = """
SELECT orders.id, address.id, address.label, address.street, address.number, address.complement, address.district,
       address.city, address.state, address.postal_code, address.preferred
  FROM orders JOIN delivery_addresses AS address ON address.id = orders.delivery_address_id
 WHERE orders.pharmacy_id = %(pharmacy)s AND orders.id = ANY(%(orders)s)
"""
_ADDRESSES = """
SELECT id AS address_id, label, street, number, complement, district, city, state, postal_code, preferred
  FROM delivery_addresses
 WHERE pharmacy_id = %(pharmacy)s AND status = 'active'
 ORDER BY preferred DESC, id
"""
