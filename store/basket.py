"""What a pharmacy would order, priced: one order a supplier, with all that stands in its way.

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

from store import credit, pricing, terms
from store.addresses import Address
from store.buyers import buyer
from store.credit import Credit
from store.outcomes import Problem
from store.pricing import Quote, Wanted
from store.supplier_orders import Payment, SupplierOrder, assemble, line_problems

__all__ = ["BRASILIA", "Basket", "Payment", "SupplierOrder", "basket", "credit_problems"]

BRASILIA = ZoneInfo("America/Sao_Paulo")
"""Where the marketplace's days begin and end."""
MOST_UNITS = 2_000_000_000
"""More than any stock: a larger quantity is quoted as this one."""


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
    any to the pharmacy's registered city. ``payment`` is for every supplier; without it each is paid as
    ``terms.payment_terms`` gives it first. Every price is for the state that the goods go to.
    """
    asked = _together(wanted)
    who = await buyer(connection, pharmacy_id, address_id)
    problems = list(who.problems)
    if not asked or min(asked.values()) <= 0:
        return Basket((), (*problems, Problem(reason="empty")), who.address)
    capped = [Wanted(offer_id, min(quantity, MOST_UNITS)) for offer_id, quantity in asked.items()]
    quotes = await pricing.quotes(connection, capped, state=who.state, on=now.astimezone(BRASILIA).date())
    known = {quote.offer_id for quote in quotes}
    problems += [Problem(reason="not_found", offer_id=offer_id) for offer_id in asked if offer_id not in known]
    for quote in quotes:
        problems += line_problems(quote, quote.available)
    by_supplier: dict[int, list[Quote]] = {}
    for quote in quotes:
        by_supplier.setdefault(quote.supplier_id, []).append(quote)
    suppliers = list(by_supplier)
    rules = {found.supplier_id: found for found in await terms.supplier_terms(connection, suppliers)}
    places = await terms.delivery_areas(connection, state=who.state, city=who.city, supplier_ids=suppliers)
    areas = {found.supplier_id: found for found in places}
    accepted = await terms.payment_terms(connection, pharmacy_id, suppliers)
    orders = []
    for supplier, lines in by_supplier.items():
        ways = [way for way in accepted if way.supplier_id == supplier]
        order, found = assemble(lines, rules[supplier], areas.get(supplier), ways, payment)
        orders.append(order)
        problems += found
    problems += credit_problems(
        await credit.credit(connection, pharmacy_id), sum((o.total for o in orders if o.on_credit), Decimal(0))
    )
    return Basket(tuple(orders), tuple(problems), who.address)


def credit_problems(found: Credit | None, more: Decimal) -> list[Problem]:
    """Whether so much more, BRL, can be bought on the pharmacy's credit."""
    if more <= 0:
        return []
    if found is not None and found.blocked_reason is not None:
        return [Problem(reason="credit_blocked", wanted=more, state=found.blocked_reason)]
    available = found.available if found is not None else Decimal(0)
    return [Problem(reason="credit", wanted=more, allowed=available)] if more > available else []


def _together(wanted: Sequence[Wanted]) -> dict[int, int]:
    asked: dict[int, int] = {}
    for line in wanted:
        asked[line.offer_id] = asked.get(line.offer_id, 0) + line.quantity
    return asked
