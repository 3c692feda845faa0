"""Placing orders: all of a basket or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from store.basket import Basket, Payment, SupplierOrder, basket
from store.outcomes import Problem, Refused
from store.pricing import Wanted
from store.requests import Request, once
from store.stock import hold, reserve
from store.supplier_orders import price_problem


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many units of an offer at the price for one that the person was shown, BRL."""

    offer_id: int
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order as it stands after a write. BRL; ``items`` counts its lines."""

    order_id: int
    number: str
    supplier_id: int
    supplier: str
    status: str
    items: int
    items_total: Decimal
    discount: Decimal
    freight: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Placed:
    """One order a supplier, in the order their first line was asked."""

    orders: tuple[PlacedOrder, ...]

    @property
    def total(self) -> Decimal:
        """What all cost together, BRL."""
        return sum((order.total for order in self.orders), Decimal(0))


async def place_order(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    lines: Sequence[OrderLine],
    total: Decimal,
    now: datetime,
    address_id: int | None = None,
    payment: Payment | None = None,
) -> Placed | Refused:
    """Places the lines, one order a supplier, and reserves their stock. One transaction, once for a ``request_id``.

    ``lines`` and ``total`` (all orders with freight and discount) are what the person was shown by ``basket.basket``
    with the same ``address_id`` and ``payment``: any difference refuses the whole (``price_changed``). May wait for
    another write of the same pharmacy or on the same stock. Raises ``RequestMismatch`` for an id that another write
    has.
    """

    async def effect() -> Placed | Refused:
        await hold(connection, [line.offer_id for line in lines])
        wanted = [Wanted(line.offer_id, line.quantity) for line in lines]
        found = await basket(connection, pharmacy_id, wanted, now=now, address_id=address_id, payment=payment)
        problems = [*found.problems, *_repriced(found, lines, total)]
        if problems:
            return Refused(tuple(problems))
        address = found.address.address_id if found.address else None
        return Placed(tuple([await _insert(connection, pharmacy_id, order, address, now) for order in found.orders]))

    return await once(connection, Request(request_id, "place_order", pharmacy_id, contact_id, now, Placed), effect)


def _repriced(found: Basket, lines: Sequence[OrderLine], total: Decimal) -> list[Problem]:
    quotes = {quote.offer_id: quote for order in found.orders for quote in order.lines}
    problems = []
    for line in lines:
        if line.offer_id in quotes:
            problems += price_problem(quotes[line.offer_id], line.unit_price)
    if not problems and not found.problems and found.total != total:
        problems.append(Problem(reason="price_changed", wanted=total, allowed=found.total))
    return problems


async def _insert(
    connection: AsyncConnection[Any], pharmacy_id: int, order: SupplierOrder, address_id: int | None, now: datetime
) -> PlacedOrder:
    cursor = await connection.execute(
        _ORDER,
        {
            "pharmacy": pharmacy_id,
            "supplier": order.supplier_id,
            "items_total": order.items_total,
            "discount": order.discount,
            "freight": order.freight,
            "total": order.total,
            "address": address_id,
            "method": order.payment.method if order.payment else None,
            "due_days": "/".join(map(str, order.payment.due_days)) if order.payment else None,
            "now": now,
        },
    )
    row = await cursor.fetchone()
    assert row is not None
    order_id, number = row
    await connection.execute(
        _ITEMS,
        {
            "order": order_id,
            "products": [line.product_id for line in order.lines],
            "quantities": [line.quantity for line in order.lines],
            "prices": [line.unit_price for line in order.lines],
        },
    )
    await reserve(connection, order.supplier_id, {line.product_id: line.quantity for line in order.lines})
    return PlacedOrder(
        order_id=order_id,
        number=number,
        supplier_id=order.supplier_id,
        supplier=order.supplier,
        status="placed",
        items=len(order.lines),
        items_total=order.items_total,
        discount=order.discount,
        freight=order.freight,
        total=order.total,
    )


_ORDER = """
INSERT INTO orders (number, pharmacy_id, supplier_id, status, items_total, discount, freight, total, placed_at,
                    status_changed_at, delivery_address_id, payment_method, due_days)
VALUES (nextval('order_numbers')::text, %(pharmacy)s, %(supplier)s, 'placed', %(items_total)s, %(discount)s,
        %(freight)s, %(total)s, %(now)s, %(now)s, %(address)s, %(method)s, %(due_days)s)
RETURNING id, number
"""
_ITEMS = """
INSERT INTO order_items (order_id, line, product_id, quantity, unit_price, total)
SELECT %(order)s, line, product_id, quantity, unit_price, quantity * unit_price
  FROM unnest(%(products)s::bigint[], %(quantities)s::integer[], %(prices)s::numeric[])
       WITH ORDINALITY AS item (product_id, quantity, unit_price, line)
"""
