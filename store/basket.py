"""What a pharmacy would order, priced: one order a supplier, with freight, discount and everything that stands in its
way.

The same function prices what a person is shown and what is placed, so that the two can only differ where a price, stock
or term changed in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection

from store.addresses import Address
from store.outcomes import Problem
from store.pricing import Quote, Wanted

BRASILIA = ZoneInfo("America/Sao_Paulo")
CENT = Decimal("0.01")
"""What a price is rounded to, half up, as PostgreSQL's ``round`` does."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A way to pay: ``method`` boleto, pix or card, and days to each instalment."""

    method: str
    due_days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SupplierOrder:
    """The part of a basket that one supplier delivers. BRL; ``discount`` is for paying as ``payment`` says.

    ``minimum_order`` is what the items must cost, ``free_freight_from`` what makes the freight free; ``None`` for
    neither.
    """

    supplier_id: int
    supplier: str
    lines: tuple[Quote, ...]
    items_total: Decimal
    discount: Decimal
    freight: Decimal
    minimum_order: Decimal | None
    free_freight_from: Decimal | None
    days_from: int | None
    days_to: int | None
    payment: Payment | None

    @property
    def total(self) -> Decimal:
        """What the pharmacy pays."""
        return self.items_total - self.discount + self.freight

    @property
    def lacking(self) -> Decimal:
        """How much more the items must cost to reach the minimum; zero when they do."""
        return max((self.minimum_order or Decimal(0)) - self.items_total, Decimal(0))


@dataclass(frozen=True, slots=True)
class Basket:
    """Orders by supplier, in the order their first line was asked; it can be placed when there are no ``problems``."""

    orders: tuple[SupplierOrder, ...]
    problems: tuple[Problem, ...]
    address: Address | None

    @property
    def total(self) -> Decimal:
        """What all orders cost together, BRL."""
        return sum((order.total for order in self.orders), Decimal(0))


async def basket(
    connection: AsyncConnection[Any],
    pharmacy_id: int,
    wanted: Sequence[Wanted],
    *,
    now: datetime,
    address_id: int | None = None,
    payment: Payment | None = None,
) -> Basket:
    """Prices ``wanted`` for the pharmacy at ``now`` (aware). Reads only; six queries whatever the number of lines.

    Several lines of one offer are taken together. It goes to ``address_id``, or to the preferred address, or without
    any to the pharmacy's registered city. ``payment`` is for every supplier; without it each is paid as first agreed
    (``terms.payment_terms``' order). Every price is for the state that the goods go to.
    """
    raise NotImplementedError
