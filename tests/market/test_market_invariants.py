"""Whatever agents write, in whatever order and however often, the market stays sound."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from store.amending import Amendment, Cancelled, Changed, amendment, cancel_order, change_order
from store.outcomes import Refused
from store.placing import OrderLine, Placed
from store.pricing import Wanted
from tests.market.buying import connections, place, shown
from tests.market.world import NOW, Buyer, World

pytestmark = pytest.mark.broker

BUYERS, OFFERS = 2, 3
UNSOUND = """
SELECT 'reserved', count(*) FROM inventory
 WHERE supplier_id = ANY(%(suppliers)s)
   AND reserved <> (SELECT coalesce(sum(quantity), 0) FROM order_items JOIN orders ON orders.id = order_id
                     WHERE orders.supplier_id = inventory.supplier_id AND order_items.product_id = inventory.product_id
                       AND status IN ('placed', 'confirmed', 'picking', 'invoiced'))
UNION ALL
SELECT 'total', count(*) FROM orders
 WHERE supplier_id = ANY(%(suppliers)s)
   AND items_total IS DISTINCT FROM (SELECT sum(total) FROM order_items WHERE order_id = orders.id)
UNION ALL
SELECT 'twice', count(*) FROM (
    SELECT FROM order_items JOIN orders ON orders.id = order_id WHERE supplier_id = ANY(%(suppliers)s)
     GROUP BY order_id, product_id HAVING count(*) > 1) AS lines
UNION ALL
SELECT 'credit', count(*) FROM credit_limits
 WHERE pharmacy_id = ANY(%(pharmacies)s) AND credit_used(pharmacy_id) > credit_limit
"""


@dataclass(frozen=True)
class Step:
    """One thing a buyer asks for; steps with one ``message`` are one message delivered again."""

    message: int
    kind: str
    buyer: int
    lines: tuple[tuple[int, int], ...]


steps = st.builds(
    Step,
    message=st.integers(0, 9),
    kind=st.sampled_from(["place", "place", "change", "cancel"]),
    buyer=st.integers(0, BUYERS - 1),
    lines=st.lists(st.tuples(st.integers(0, OFFERS - 1), st.integers(0, 6)), min_size=1, max_size=3).map(tuple),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(steps, min_size=3, max_size=12))
async def test_stock_totals_and_credit_hold_whatever_is_asked_at_once(world: World, plan: list[Step]) -> None:
    supplier = await world.supplier(minimum="15.00", freight="7.00", free_from="60.00")
    offers = [await world.offer(supplier, price, 9) for price in ("10.00", "12.50", "3.33")]
    await world.tier(offers[0], 3, "12.5")
    buyers = [await world.buyer(limit="150.00") for _ in range(BUYERS)]
    # A message is one thing only: its first step says which.
    first = {step.message: step for step in reversed(plan)}
    queue = [first[step.message] for step in plan]
    answers: dict[int, list[object]] = {}

    async def work(connection: AsyncConnection[Any]) -> None:
        while queue:
            step = queue.pop(0)
            answer = await done(connection, step, buyers[step.buyer], offers, world)
            answers.setdefault(step.message, []).append(answer)

    async with connections(world, 3) as many:
        await asyncio.gather(*(work(connection) for connection in many))
    for given_answers in answers.values():
        kept = [answer for answer in given_answers if answer is not None]
        assert all(answer == kept[0] for answer in kept)
    parameters = {"suppliers": [supplier], "pharmacies": [buyer.id for buyer in buyers]}
    cursor = await world.owner.execute(UNSOUND, parameters)
    assert {kind: number for kind, number in await cursor.fetchall() if number} == {}


async def done(
    connection: AsyncConnection[Any], step: Step, buyer: Buyer, offers: list[int], world: World
) -> Placed | Changed | Cancelled | Refused | None:
    """The step as an agent does it: look, then write what was seen. ``None`` when there is no order to write to."""
    request = uuid5(UUID(int=offers[0]), str(step.message))
    wanted = {offers[place]: quantity for place, quantity in step.lines}
    if step.kind == "place":
        return await place(connection, buyer, await shown(connection, buyer, *wanted.items()), request=request)
    known = await world.one("SELECT min(id) FROM orders WHERE pharmacy_id = %s", buyer.id)
    if known is None:
        return None
    if step.kind == "cancel":
        return await cancel_order(
            connection,
            request_id=request,
            pharmacy_id=buyer.id,
            contact_id=buyer.contact,
            order_id=known,
            now=NOW,
        )
    seen = await amendment(connection, buyer.id, known, [Wanted(*line) for line in wanted.items()], now=NOW)
    prices = {line.offer_id: line.unit_price for line in seen.after.lines} if isinstance(seen, Amendment) else {}
    return await change_order(
        connection,
        request_id=request,
        pharmacy_id=buyer.id,
        contact_id=buyer.contact,
        order_id=known,
        lines=[OrderLine(offer, quantity, prices.get(offer, Decimal(0))) for offer, quantity in wanted.items()],
        total=seen.after.total if isinstance(seen, Amendment) else Decimal(0),
        now=NOW,
    )
