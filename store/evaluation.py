"""What an evaluation needs to know of the market: who may speak, and what there is to speak of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Speaker:
    """A contact who may be answered; ``orders`` has the pharmacy's newest order number in each status."""

    whatsapp_id: str
    contact_id: int
    pharmacy_id: int
    orders: dict[str, str]


async def speakers(connection: AsyncConnection[Any], limit: int = 20) -> list[Speaker]:
    """Contacts of active pharmacies, those whose orders are in most statuses first, in the same order always."""
    async with connection.cursor(row_factory=class_row(Speaker)) as cursor:
        await cursor.execute(_SPEAKERS, {"limit": limit})
        return await cursor.fetchall()


async def facts(connection: AsyncConnection[Any], speaker: Speaker) -> dict[str, str]:
    """Words for the slots of a scenario: ``order_<status>``, ``foreign_order``, ``product``, ``invoice``,
    ``delivered_product`` (the name of one in ``order_delivered``).

    What the market has not is left out.
    """
    found = {f"order_{status}": number for status, number in speaker.orders.items()}
    cursor = await connection.execute(
        _FACTS, {"pharmacy": speaker.pharmacy_id, "delivered": speaker.orders.get("delivered")}
    )
    names = ("foreign_order", "product", "invoice", "delivered_product")
    row = await cursor.fetchone()
    assert row is not None
    return found | {name: str(value) for name, value in zip(names, row, strict=True) if value is not None}


async def order_numbers(connection: AsyncConnection[Any], pharmacy_id: int) -> set[str]:
    """The numbers of all of a pharmacy's orders."""
    cursor = await connection.execute("SELECT number FROM orders WHERE pharmacy_id = %s", [pharmacy_id])
    return {row[0] for row in await cursor.fetchall()}


async def ask(connection: AsyncConnection[Any], query: str, parameters: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The rows of a scenario's own question, in a transaction that may only read."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION READ ONLY")
        cursor = await connection.execute(query.encode(), parameters)
        return await cursor.fetchall()


_SPEAKERS = """
SELECT contacts.whatsapp_id, contacts.id AS contact_id, pharmacies.id AS pharmacy_id, history.orders
  FROM contacts
  JOIN pharmacies ON pharmacies.id = contacts.pharmacy_id AND pharmacies.status = 'active'
 CROSS JOIN LATERAL (
     SELECT jsonb_object_agg(newest.status, newest.number) AS orders, count(*) AS statuses
       FROM (SELECT status, max(number) AS number FROM orders
              WHERE orders.pharmacy_id = pharmacies.id GROUP BY status) AS newest
 ) AS history
 WHERE contacts.whatsapp_id IS NOT NULL AND contacts.consent = 'granted' AND history.statuses > 0
 ORDER BY history.statuses DESC, contacts.id
 LIMIT %(limit)s
"""
_FACTS = """
SELECT (SELECT max(number) FROM orders WHERE pharmacy_id <> %(pharmacy)s),
       (SELECT products.name || ' ' || products.presentation
          FROM offers
          JOIN products ON products.id = offers.product_id AND products.status = 'active'
          JOIN inventory ON inventory.supplier_id = offers.supplier_id AND inventory.product_id = offers.product_id
         WHERE offers.state = 'active' AND inventory.on_hand - inventory.reserved > 500
         ORDER BY offers.id LIMIT 1),
       (SELECT max(invoices.number) FROM invoices JOIN orders ON orders.id = invoices.order_id
         WHERE orders.pharmacy_id = %(pharmacy)s),
       (SELECT products.name FROM orders JOIN order_items ON order_items.order_id = orders.id
          JOIN products ON products.id = order_items.product_id
         WHERE orders.number = %(delivered)s ORDER BY order_items.line LIMIT 1)
"""
