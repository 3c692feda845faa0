"""Reserving a supplier's stock, inside a write's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection


async def hold(connection: AsyncConnection[Any], offer_ids: Sequence[int]) -> None:
    """Keeps the stock of these offers from changing until the transaction ends; waits for those who change it.

    Always in the order of supplier and product, as everybody does: two writes cannot wait for each other.
    """
    await connection.execute(_HOLD, [list(offer_ids)])


async def hold_products(connection: AsyncConnection[Any], order_id: int, offer_ids: Sequence[int]) -> None:
    """As ``hold``: the stock of all that is in the order, and of these offers of its supplier."""
    await connection.execute(_HOLD_PRODUCTS, {"order": order_id, "offers": list(offer_ids)})


async def reserve(connection: AsyncConnection[Any], supplier_id: int, units: Mapping[int, int]) -> None:
    """Reserves so many more units of each product, or frees them where negative. The rows must be held.

    Raises ``psycopg.errors.CheckViolation`` when there are not as many: what was read before was not held.
    """
    products, quantities = list(units), list(units.values())
    await connection.execute(_RESERVE, {"supplier": supplier_id, "products": products, "quantities": quantities})


_HOLD = """
SELECT FROM inventory JOIN offers USING (supplier_id, product_id)
 WHERE offers.id = ANY(%s)
 ORDER BY inventory.supplier_id, inventory.product_id
   FOR UPDATE OF inventory
"""
_HOLD_PRODUCTS = """
SELECT FROM inventory
 WHERE inventory.supplier_id = (SELECT supplier_id FROM orders WHERE id = %(order)s)
   AND inventory.product_id IN (SELECT product_id FROM order_items WHERE order_id = %(order)s
                                 UNION
                                SELECT product_id FROM offers WHERE id = ANY(%(offers)s))
 ORDER BY inventory.supplier_id, inventory.product_id
   FOR UPDATE
"""
_RESERVE = """
UPDATE inventory SET reserved = greatest(reserved + asked.quantity, 0)
  FROM unnest(%(products)s::bigint[], %(quantities)s::integer[]) AS asked (product_id, quantity)
 WHERE inventory.supplier_id = %(supplier)s AND inventory.product_id = asked.product_id
"""
