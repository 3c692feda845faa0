"""Changing and cancelling orders, as far as their status lets a pharmacy.

Lines and address change while an order is placed or confirmed; it can be cancelled until its goods are picked, too.
From the invoice on, a person or a return must help (``order_state``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection

from store.amendment import Amendment, amendment
from store.outcomes import Problem, Refused, refused
from store.placing import OrderLine, PlacedOrder
from store.pricing import Wanted
from store.requests import Request, once
from store.stock import hold_products, reserve
from store.supplier_orders import price_problem

__all__ = ["CANCELLABLE", "Amendment", "Cancelled", "Changed", "amendment", "cancel_order", "change_order"]

CANCELLABLE = frozenset({"placed", "confirmed", "picking"})


@dataclass(frozen=True, slots=True)
class Changed:
    """The order as it is now, and what it cost before, BRL."""

    order: PlacedOrder
    before_total: Decimal


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled order, whose stock is free again; ``before_status`` is what it was."""

    order_id: int
    number: str
    supplier: str
    total: Decimal
    before_status: str


async def change_order(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    order_id: int,
    lines: Sequence[OrderLine] = (),
    total: Decimal,
    now: datetime,
    address_id: int | None = None,
) -> Changed | Refused:
    """Does what ``amendment`` showed; the unit price of a line taken out (quantity 0) is not looked at.

    ``total`` is the order's new one as it was shown. Stock is reserved and given back. One transaction, once for a
    ``request_id``; may wait for another write on the same order or stock.
    """

    async def effect() -> Changed | Refused:
        cursor = await connection.execute(_LOCK, {"order": order_id, "pharmacy": pharmacy_id})
        if await cursor.fetchone() is None:
            return refused("not_found")
        await hold_products(connection, order_id, [line.offer_id for line in lines])
        wanted = [Wanted(line.offer_id, line.quantity) for line in lines]
        found = await amendment(connection, pharmacy_id, order_id, wanted, now=now, address_id=address_id)
        if isinstance(found, Refused):
            return found
        problems = [*found.problems, *_repriced(found, lines, total)]
        if problems:
            return Refused(tuple(problems))
        await _apply(connection, found)
        after = found.after
        order = PlacedOrder(
            order_id=order_id,
            number=found.number,
            supplier_id=after.supplier_id,
            supplier=after.supplier,
            status=found.status,
            items=len(after.lines),
            items_total=after.items_total,
            discount=after.discount,
            freight=after.freight,
            total=after.total,
        )
        return Changed(order, found.before_total)

    return await once(connection, Request(request_id, "change_order", pharmacy_id, contact_id, now, Changed), effect)


async def cancel_order(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    order_id: int,
    now: datetime,
    reason: Literal["pharmacy_request", "out_of_stock", "payment", "other"] = "pharmacy_request",
) -> Cancelled | Refused:
    """Cancels the order and frees its stock. One transaction, once for a ``request_id``."""

    async def effect() -> Cancelled | Refused:
        cursor = await connection.execute(_LOCK, {"order": order_id, "pharmacy": pharmacy_id})
        if (row := await cursor.fetchone()) is None:
            return refused("not_found")
        number, status, total, supplier_id, supplier = row
        if status not in CANCELLABLE:
            return refused("order_state", state=status)
        await hold_products(connection, order_id, [])
        cursor = await connection.execute(_BOUGHT, [order_id])
        await reserve(connection, supplier_id, {product: -units for product, units in await cursor.fetchall()})
        await connection.execute(_CANCEL, {"order": order_id, "reason": reason})
        return Cancelled(order_id, number, supplier, total, status)

    return await once(connection, Request(request_id, "cancel_order", pharmacy_id, contact_id, now, Cancelled), effect)


def _repriced(found: Amendment, lines: Sequence[OrderLine], total: Decimal) -> list[Problem]:
    quotes = {quote.offer_id: quote for quote in found.after.lines}
    problems = []
    for line in lines:
        if line.quantity and line.offer_id in quotes:
            problems += price_problem(quotes[line.offer_id], line.unit_price)
    if not problems and not found.problems and found.after.total != total:
        problems.append(Problem(reason="price_changed", wanted=total, allowed=found.after.total))
    return problems


async def _apply(connection: AsyncConnection[Any], found: Amendment) -> None:
    after = {line.product_id: line for line in found.after.lines}
    products = [*found.before, *(product for product in after if product not in found.before)]
    more = {
        product: (after[product].quantity if product in after else 0) - found.before.get(product, 0)
        for product in products
    }
    await reserve(connection, found.after.supplier_id, {product: units for product, units in more.items() if units})
    await connection.execute(_REMOVE, {"order": found.order_id, "products": list(after)})
    lines = {
        "order": found.order_id,
        "products": list(after),
        "quantities": [line.quantity for line in after.values()],
        "prices": [line.unit_price for line in after.values()],
    }
    await connection.execute(_UPDATE, lines)
    await connection.execute(_ADD, lines)
    await connection.execute(
        _TOTALS,
        {
            "order": found.order_id,
            "items_total": found.after.items_total,
            "discount": found.after.discount,
            "freight": found.after.freight,
            "total": found.after.total,
            "address": found.address_id,
        },
    )


_LOCK = """
SELECT orders.number, orders.status, orders.total, orders.supplier_id, suppliers.trade_name
  FROM orders JOIN suppliers ON suppliers.id = orders.supplier_id
 WHERE orders.id = %(order)s AND orders.pharmacy_id = %(pharmacy)s
   FOR UPDATE OF orders
"""
_BOUGHT = "SELECT product_id, sum(quantity)::integer FROM order_items WHERE order_id = %s GROUP BY product_id"
_CANCEL = "UPDATE orders SET status = 'cancelled', cancel_reason = %(reason)s WHERE id = %(order)s"
_REMOVE = "DELETE FROM order_items WHERE order_id = %(order)s AND product_id <> ALL(%(products)s::bigint[])"
_WANTED = """
  FROM unnest(%(products)s::bigint[], %(quantities)s::integer[], %(prices)s::numeric[])
       WITH ORDINALITY AS item (product_id, quantity, unit_price, place)
"""
_UPDATE = f"""
UPDATE order_items
   SET quantity = item.quantity, unit_price = item.unit_price, total = item.quantity * item.unit_price
{_WANTED}
 WHERE order_items.order_id = %(order)s AND order_items.product_id = item.product_id
   AND (order_items.quantity, order_items.unit_price) IS DISTINCT FROM (item.quantity, item.unit_price)
"""  # noqa: S608 - constants only
_ADD = f"""
INSERT INTO order_items (order_id, line, product_id, quantity, unit_price, total)
SELECT %(order)s, (SELECT coalesce(max(line), 0) FROM order_items WHERE order_id = %(order)s)
       + row_number() OVER (ORDER BY item.place), item.product_id, item.quantity, item.unit_price,
       item.quantity * item.unit_price
{_WANTED}
 WHERE NOT EXISTS (SELECT FROM order_items WHERE order_id = %(order)s AND product_id = item.product_id)
"""  # noqa: S608 - constants only
_TOTALS = """
UPDATE orders
   SET items_total = %(items_total)s, discount = %(discount)s, freight = %(freight)s, total = %(total)s,
       delivery_address_id = %(address)s
 WHERE id = %(order)s
"""
