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

from store.basket import SupplierOrder
from store.outcomes import Problem, Refused
from store.placing import OrderLine, PlacedOrder
from store.pricing import Wanted

CHANGEABLE = frozenset({"placed", "confirmed"})
CANCELLABLE = frozenset({"placed", "confirmed", "picking"})


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an order would become: ``after`` holds every line, ``before_total`` what it costs now, BRL."""

    order_id: int
    number: str
    before_total: Decimal
    after: SupplierOrder
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """The order as it is now, and what it cost before, BRL."""

    order: PlacedOrder
    before_total: Decimal


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled order; its stock is free again. ``refund`` says whether money came in for it already."""

    order_id: int
    number: str
    supplier: str
    total: Decimal
    before_status: str


async def amendment(
    connection: AsyncConnection[Any],
    pharmacy_id: int,
    order_id: int,
    wanted: Sequence[Wanted],
    *,
    now: datetime,
    address_id: int | None = None,
) -> Amendment | Refused:
    """What the order would be with these offers' quantities instead. Reads only.

    A quantity of 0 takes the offer's product out, an offer of the same supplier that is not in the order is added,
    lines that are not named keep quantity and price; named ones are priced anew. Freight, discount and the minimum
    follow.
    """
    raise NotImplementedError


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

    ``total`` is the order's new one as it was shown. Stock is reserved and given back. Once for a ``request_id``.
    """
    raise NotImplementedError


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
    """Cancels the order and frees its stock. Once for a ``request_id``."""
    raise NotImplementedError
