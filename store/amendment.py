"""What an order would become: the same for what a person is shown and for what is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from store import credit, orders, pricing, terms
from store.basket import BRASILIA, MOST_UNITS, credit_problems
from store.buyers import Buyer, buyer
from store.orders import Line
from store.outcomes import Problem, Refused, refused
from store.pricing import Quote, Wanted
from store.supplier_orders import Payment, SupplierOrder, assemble, line_problems, percent

CHANGEABLE = frozenset({"placed", "confirmed"})


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an order would become: ``after`` holds every line, ``before_total`` what it costs now, BRL.

    ``before`` has the units of each product now; ``address_id`` where it would go. It can be done when there are no
    ``problems``.
    """

    order_id: int
    number: str
    status: str
    before: Mapping[int, int]
    before_total: Decimal
    after: SupplierOrder
    address_id: int | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    number: str
    status: str
    supplier_id: int
    items_total: Decimal
    discount: Decimal
    freight: Decimal
    total: Decimal
    address_id: int | None
    method: str | None
    due_days: str | None

    @property
    def payment(self) -> Payment | None:
        return Payment(self.method, terms.days_of(self.due_days)) if self.method and self.due_days else None


async def amendment(
    connection: AsyncConnection[Any],
    pharmacy_id: int,
    order_id: int,
    wanted: Sequence[Wanted],
    *,
    now: datetime,
    address_id: int | None = None,
) -> Amendment | Refused:
    """What the order would be with these offers' quantities instead. Reads only; eight queries at most.

    A quantity of 0 takes the offer's product out, an offer of the same supplier that is not in the order is added,
    lines that are not named keep quantity and price; named ones are priced anew. Freight, discount for paying and the
    minimum follow; the minimum does not bind who orders more than before.
    """
    order = await _order(connection, pharmacy_id, order_id)
    if order is None:
        return refused("not_found")
    if order.status not in CHANGEABLE:
        return refused("order_state", state=order.status)
    asked = {line.offer_id: line.quantity for line in wanted}
    if not asked and address_id is None:
        return refused("empty")
    kept = await orders.lines(connection, pharmacy_id, [order_id])
    moved = address_id is not None and address_id != order.address_id
    who = await buyer(connection, pharmacy_id, address_id if moved else order.address_id)
    every = {line.offer_id: line.quantity for line in kept if line.offer_id is not None} | asked
    capped = [Wanted(offer, max(0, min(quantity, MOST_UNITS))) for offer, quantity in every.items()]
    quotes = await pricing.quotes(connection, capped, state=who.state, on=now.astimezone(BRASILIA).date())
    lines, problems = _amended(kept, asked, [quote for quote in quotes if quote.supplier_id == order.supplier_id])
    # An address that was closed since is no hindrance to an order that goes there already.
    problems = [*(one for one in who.problems if moved or one.state != "address"), *problems]
    if not lines:
        return Refused((*problems, Problem(reason="empty")))
    after, found = await _priced(connection, pharmacy_id, order, lines, who, moved=moved)
    return Amendment(
        order_id=order_id,
        number=order.number,
        status=order.status,
        before={line.product_id: line.quantity for line in kept},
        before_total=order.total,
        after=after,
        address_id=address_id if moved else order.address_id,
        problems=(*problems, *found),
    )


def _amended(
    kept: Sequence[Line], asked: Mapping[int, int], quotes: Sequence[Quote]
) -> tuple[list[Quote], list[Problem]]:
    """The lines that there would be, and what stands in the way of each."""
    before = {line.product_id: line for line in kept}
    known = {quote.offer_id: quote for quote in quotes}
    lines, problems = [], []
    for offer_id, quantity in asked.items():
        quote = known.get(offer_id)
        if quote is None or (quantity == 0 and quote.product_id not in before):
            problems.append(Problem(reason="not_found", offer_id=offer_id))
        elif quantity < 0:
            problems.append(Problem(reason="quantity", offer_id=offer_id, wanted=Decimal(quantity)))
    for line in kept:
        if line.offer_id is None:
            problems.append(Problem(reason="not_for_sale", product_id=line.product_id, product=line.name))
    for quote in quotes:
        old = before.get(quote.product_id)
        if quote.offer_id not in asked and old is not None:
            lines.append(replace(quote, unit_price=old.unit_price, discount=Decimal(0), campaign=None, ends_on=None))
        elif asked.get(quote.offer_id, 0) > 0:
            lines.append(quote)
            problems += line_problems(quote, quote.available + (old.quantity if old else 0))
    return lines, problems


async def _priced(
    connection: AsyncConnection[Any],
    pharmacy_id: int,
    order: _Order,
    lines: Sequence[Quote],
    who: Buyer,
    *,
    moved: bool,
) -> tuple[SupplierOrder, list[Problem]]:
    [rules] = await terms.supplier_terms(connection, [order.supplier_id])
    areas = await terms.delivery_areas(connection, state=who.state, city=who.city, supplier_ids=[order.supplier_id])
    ways = await terms.payment_terms(connection, pharmacy_id, [order.supplier_id]) if order.payment else []
    after, problems = assemble(lines, rules, areas[0] if areas else None, ways, order.payment)
    # What the supplier changed since does not bind an order that is placed, unless it becomes less.
    forgiven = {"below_minimum_order", "payment_method"} if after.items_total >= order.items_total else set[str]()
    if not areas and not moved:
        after = replace(after, freight=order.freight)
        forgiven.add("no_delivery")
    if order.payment not in [Payment(way.method, way.due_days) for way in ways] and order.items_total:
        after = replace(after, discount=percent(after.items_total, order.discount / order.items_total * 100))
        forgiven.add("payment_method")
    problems = [problem for problem in problems if problem.reason not in forgiven]
    if after.on_credit and after.total > order.total:
        problems += credit_problems(await credit.credit(connection, pharmacy_id), after.total - order.total)
    return after, problems


async def _order(connection: AsyncConnection[Any], pharmacy_id: int, order_id: int) -> _Order | None:
    async with connection.cursor(row_factory=class_row(_Order)) as cursor:
        await cursor.execute(_ORDER, {"order": order_id, "pharmacy": pharmacy_id})
        return await cursor.fetchone()


_ORDER = """
SELECT number, status, supplier_id, items_total, discount, freight, total, delivery_address_id AS address_id,
       payment_method AS method, due_days
  FROM orders WHERE id = %(order)s AND pharmacy_id = %(pharmacy)s
"""
