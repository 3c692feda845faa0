"""A pharmacy's orders, as it asks about them. Every query takes the pharmacy: nobody sees another's order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

_NOT_DIGITS = re.compile(r"\D")
_LONGEST = 8
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Order:
    """One order with its newest shipment; ``status`` as in ``schemas.records.orders.OrderStatus``."""

    order_id: int
    number: str
    status: str
    supplier_id: int
    supplier: str
    items: int
    total: Decimal
    placed_at: datetime
    status_changed_at: datetime
    promised_delivery: date | None
    cancel_reason: str | None
    carrier: str | None
    tracking_code: str | None
    shipment_status: str | None
    estimated_delivery: date | None
    shipped_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order."""

    line: int
    product_id: int
    name: str
    presentation: str
    quantity: int
    unit_price: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one of several orders; ``offer_id`` is the supplier's offer of the product now, active or not."""

    order_id: int
    order_number: str
    line: int
    product_id: int
    name: str
    presentation: str
    quantity: int
    unit_price: Decimal
    total: Decimal
    offer_id: int | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An electronic invoice of an order."""

    access_key: str
    number: int
    amount: Decimal
    status: str
    issued_at: datetime
    due_on: date
    paid_at: datetime | None


async def newest(connection: AsyncConnection[Any], pharmacy_id: int, *, limit: int = 5) -> list[Order]:
    """The pharmacy's newest orders, newest first."""
    return await _orders(connection, _NEWEST, {"pharmacy": pharmacy_id, "limit": limit})


async def open_orders(connection: AsyncConnection[Any], pharmacy_id: int, *, limit: int = 5) -> list[Order]:
    """The pharmacy's orders that were neither delivered nor cancelled nor returned, newest first."""
    return await _orders(connection, _OPEN, {"pharmacy": pharmacy_id, "limit": limit})


async def by_number(connection: AsyncConnection[Any], pharmacy_id: int, written: str, *, limit: int = 5) -> list[Order]:
    """The pharmacy's orders that ``written`` may mean, newest first; empty when none does.

    Punctuation, words and leading zeros are of no matter (``"nº 10.000.482"``); fewer digits than a number has, but at
    least 4, are its last ones, so that several orders may come back.
    """
    digits = number_digits(written)
    if digits is None:
        return []
    return await _orders(connection, _BY_NUMBER, {"pharmacy": pharmacy_id, "digits": digits, "limit": limit})


async def items(connection: AsyncConnection[Any], order_id: int) -> list[Item]:
    """The order's lines, in order."""
    async with connection.cursor(row_factory=class_row(Item)) as cursor:
        await cursor.execute(_ITEMS, {"order": order_id})
        return await cursor.fetchall()


async def lines(connection: AsyncConnection[Any], pharmacy_id: int, order_ids: Sequence[int]) -> list[Line]:
    """The lines of those orders that are the pharmacy's, order by order as asked. One query."""
    async with connection.cursor(row_factory=class_row(Line)) as cursor:
        await cursor.execute(_LINES, {"pharmacy": pharmacy_id, "orders": list(order_ids)})
        return await cursor.fetchall()


async def number_of(connection: AsyncConnection[Any], pharmacy_id: int, order_id: int) -> str | None:
    """The order's number; ``None`` when the pharmacy has no such order."""
    cursor = await connection.execute(_NUMBER, {"pharmacy": pharmacy_id, "order": order_id})
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def invoices(connection: AsyncConnection[Any], order_id: int) -> list[Invoice]:
    """The order's invoices, newest first."""
    async with connection.cursor(row_factory=class_row(Invoice)) as cursor:
        await cursor.execute(_INVOICES, {"order": order_id})
        return await cursor.fetchall()


def number_digits(written: str) -> str | None:
    """The digits of an order number as written; ``None`` when they are too few or too many to be one."""
    digits = _NOT_DIGITS.sub("", written).lstrip("0")
    return digits if _SHORTEST <= len(digits) <= _LONGEST else None


async def _orders(connection: AsyncConnection[Any], query: str, parameters: dict[str, Any]) -> list[Order]:
    async with connection.cursor(row_factory=class_row(Order)) as cursor:
        await cursor.execute(query.encode(), parameters)
        return await cursor.fetchall()


_SELECT = """
SELECT orders.id AS order_id, orders.number, orders.status, orders.supplier_id, suppliers.trade_name AS supplier,
       (SELECT count(*) FROM order_items WHERE order_items.order_id = orders.id) AS items,
       orders.total, orders.placed_at, orders.status_changed_at, orders.promised_delivery, orders.cancel_reason,
       shipment.carrier, shipment.tracking_code, shipment.status AS shipment_status, shipment.estimated_delivery,
       shipment.shipped_at, shipment.delivered_at
  FROM orders
  JOIN suppliers ON suppliers.id = orders.supplier_id
  LEFT JOIN LATERAL (
      SELECT * FROM shipments WHERE shipments.order_id = orders.id ORDER BY shipments.id DESC LIMIT 1
  ) AS shipment ON true
 WHERE orders.pharmacy_id = %(pharmacy)s
"""
_TAIL = " ORDER BY orders.placed_at DESC, orders.id DESC LIMIT %(limit)s"
_NEWEST = _SELECT + _TAIL
_OPEN = _SELECT + " AND orders.status NOT IN ('delivered', 'cancelled', 'returned')" + _TAIL
_BY_NUMBER = _SELECT + " AND right(orders.number, length(%(digits)s)) = %(digits)s" + _TAIL
_ITEMS = """
SELECT order_items.line, order_items.product_id, products.name, products.presentation, order_items.quantity,
       order_items.unit_price, order_items.total
  FROM order_items JOIN products ON products.id = order_items.product_id
 WHERE order_items.order_id = %(order)s
 ORDER BY order_items.line
"""
_NUMBER = "SELECT number FROM orders WHERE id = %(order)s AND pharmacy_id = %(pharmacy)s"
_LINES = """
SELECT orders.id AS order_id, orders.number AS order_number, order_items.line, order_items.product_id, products.name,
       products.presentation, order_items.quantity, order_items.unit_price, order_items.total, offers.id AS offer_id
  FROM unnest(%(orders)s::bigint[]) WITH ORDINALITY AS asked (order_id, place)
  JOIN orders ON orders.id = asked.order_id AND orders.pharmacy_id = %(pharmacy)s
  JOIN order_items ON order_items.order_id = orders.id
  JOIN products ON products.id = order_items.product_id
  LEFT JOIN offers ON offers.supplier_id = orders.supplier_id AND offers.product_id = order_items.product_id
 ORDER BY asked.place, order_items.line
"""
_INVOICES = """
SELECT access_key, number, amount, status, issued_at, due_on, paid_at
  FROM invoices WHERE order_id = %(order)s ORDER BY issued_at DESC, id DESC
"""
