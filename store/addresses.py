"""Where a pharmacy receives goods."""

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


_ADDRESSES = """
SELECT id AS address_id, label, street, number, complement, district, city, state, postal_code, preferred
  FROM delivery_addresses
 WHERE pharmacy_id = %(pharmacy)s AND status = 'active'
 ORDER BY preferred DESC, id
"""
