"""Placing orders: all of a basket or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from store.basket import Payment
from store.outcomes import Refused


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
    raise NotImplementedError
