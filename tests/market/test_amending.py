"""Changing and cancelling: as far as the status lets, with stock, totals and credit right afterwards."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection

from store.amending import Amendment, Cancelled, Changed, amendment, cancel_order, change_order
from store.basket import Payment
from store.outcomes import Refused
from store.placing import OrderLine, Placed, PlacedOrder
from store.pricing import Wanted
from tests.market.buying import connections, place, placed, reasons, shown
from tests.market.world import NOW, Buyer, World

pytestmark = pytest.mark.broker


async def seen(
    agent: AsyncConnection[Any], buyer: Buyer, order: PlacedOrder, *wanted: tuple[int, int], **more: Any
) -> Amendment | Refused:
    lines = [Wanted(*line) for line in wanted]
    return await amendment(agent, buyer.id, order.order_id, lines, now=NOW, **more)


async def change(
    agent: AsyncConnection[Any],
    buyer: Buyer,
    order: PlacedOrder,
    *wanted: tuple[int, int],
    request: UUID | None = None,
    **more: Any,
) -> Changed | Refused:
    found = await seen(agent, buyer, order, *wanted, **more)
    prices = {line.offer_id: line.unit_price for line in found.after.lines} if isinstance(found, Amendment) else {}
    return await change_order(
        agent,
        request_id=request or uuid4(),
        pharmacy_id=buyer.id,
        contact_id=buyer.contact,
        order_id=order.order_id,
        lines=[OrderLine(offer, quantity, prices.get(offer, Decimal(0))) for offer, quantity in wanted],
        total=found.after.total if isinstance(found, Amendment) else Decimal(0),
        now=NOW,
        **more,
    )


async def cancel(
    agent: AsyncConnection[Any], buyer: Buyer, order_id: int, *, request: UUID | None = None
) -> Cancelled | Refused:
    return await cancel_order(
        agent,
        request_id=request or uuid4(),
        pharmacy_id=buyer.id,
        contact_id=buyer.contact,
        order_id=order_id,
        now=NOW,
    )


async def bought(world: World, order: PlacedOrder) -> dict[int, tuple[int, str]]:
    rows = await world.all(
        "SELECT offers.id, quantity, unit_price::text FROM order_items JOIN orders ON orders.id = order_id"
        " JOIN offers USING (supplier_id, product_id) WHERE order_id = %s ORDER BY line",
        order.order_id,
    )
    return {offer: (quantity, price) for offer, quantity, price in rows}


async def test_lines_are_changed_added_and_taken_out_with_their_stock(
    agent: AsyncConnection[Any], world: World
) -> None:
    buyer, supplier = await world.buyer(), await world.supplier(freight="15.00", free_from="200")
    kept, more, out, new = [await world.offer(supplier) for _ in range(4)]
    order = (await placed(agent, buyer, (kept, 2), (more, 3), (out, 4))).orders[0]
    await world.owner.execute("UPDATE offers SET price = 12 WHERE id = ANY(%s)", [[kept, more]])
    request = uuid4()
    result = await change(agent, buyer, order, (more, 8), (out, 0), (new, 9), request=request)
    assert isinstance(result, Changed), result
    # What is not named keeps its price; what is, has today's: 20 + 96 + 90 travel free.
    assert await bought(world, order) == {kept: (2, "10.00"), more: (8, "12.00"), new: (9, "10.00")}
    assert (result.order.items_total, result.order.freight, result.before_total) == (
        Decimal(206),
        Decimal(0),
        Decimal(105),
    )
    assert [(await world.stock(offer))[1] for offer in (kept, more, out, new)] == [2, 8, 0, 9]
    total = "SELECT total FROM orders WHERE id = %s"
    assert await world.one(total, order.order_id) == result.order.total == Decimal(206)
    again = await change_order(
        agent,
        request_id=request,
        pharmacy_id=buyer.id,
        contact_id=buyer.contact,
        order_id=order.order_id,
        total=Decimal(1),
        now=NOW,
    )
    assert again == result


async def test_its_own_units_count_as_stock_for_an_order(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier(), stock=10)
    order = (await placed(agent, buyer, (offer, 8))).orders[0]
    assert reasons(await change(agent, buyer, order, (offer, 11))) == ["out_of_stock"]
    assert isinstance(await change(agent, buyer, order, (offer, 10)), Changed)
    assert await world.stock(offer) == (10, 10)


@pytest.mark.parametrize("status", ["picking", "invoiced", "shipped", "delivered", "cancelled"])
async def test_what_is_picked_does_not_change(agent: AsyncConnection[Any], world: World, status: str) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    order = (await placed(agent, buyer, (offer, 5))).orders[0]
    path = ["confirmed", "picking", "invoiced", "shipped", "delivered"]
    await world.move(order.order_id, *(["cancelled"] if status == "cancelled" else path[: path.index(status) + 1]))
    result = await change(agent, buyer, order, (offer, 6))
    assert isinstance(result, Refused)
    assert (result.reason, result.problems[0].state) == ("order_state", status)


async def test_rules_hold_for_what_an_order_becomes(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer(limit="120.00")
    supplier = await world.supplier(minimum="60.00")
    offer, foreign = await world.offer(supplier), await world.offer(await world.supplier())
    order = (await placed(agent, buyer, (offer, 7))).orders[0]
    assert reasons(await change(agent, buyer, order, (offer, 5))) == ["below_minimum_order"]
    assert reasons(await change(agent, buyer, order, (offer, 13))) == ["credit"]
    assert reasons(await change(agent, buyer, order, (offer, 0))) == ["empty"]
    assert reasons(await change(agent, buyer, order)) == ["empty"]
    assert reasons(await change(agent, buyer, order, (foreign, 1))) == ["not_found"]
    assert reasons(await change(agent, buyer, order, (offer, -1))) == ["quantity", "empty"]
    assert reasons(await change(agent, await world.buyer(), order, (offer, 8))) == ["not_found"]
    assert await bought(world, order) == {offer: (7, "10.00")}
    await world.owner.execute("UPDATE suppliers SET minimum_order = 500 WHERE id = %s", [supplier])
    assert isinstance(await change(agent, buyer, order, (offer, 12)), Changed), "more is no worse than before"


async def test_a_change_is_what_was_shown_or_nothing(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    order = (await placed(agent, buyer, (offer, 5))).orders[0]
    for price, total in (("9.00", "60.00"), ("10.00", "59.00")):
        result = await change_order(
            agent,
            request_id=uuid4(),
            pharmacy_id=buyer.id,
            contact_id=buyer.contact,
            order_id=order.order_id,
            lines=[OrderLine(offer, 6, Decimal(price))],
            total=Decimal(total),
            now=NOW,
        )
        assert reasons(result) == ["price_changed"]
    assert await world.stock(offer) == (100, 5)


async def test_an_order_can_go_to_another_address(agent: AsyncConnection[Any], world: World) -> None:
    buyer, supplier = await world.buyer(), await world.supplier(freight="10.00")
    order = (await placed(agent, buyer, (await world.offer(supplier), 5))).orders[0]
    far = await world.address(buyer.id, "AM", "Manaus")
    assert reasons(await change(agent, buyer, order, address_id=far)) == ["no_delivery"]
    await world.owner.execute(
        "INSERT INTO delivery_areas (supplier_id, state, freight, days_from, days_to, weekdays)"
        " VALUES (%s, 'AM', 80, 8, 12, '2')",
        [supplier],
    )
    result = await change(agent, buyer, order, address_id=far)
    assert isinstance(result, Changed)
    assert result.order.total == Decimal(130)
    assert await world.one("SELECT delivery_address_id FROM orders WHERE id = %s", order.order_id) == far
    somebody = await world.buyer()
    assert "not_found" in reasons(await change(agent, buyer, order, address_id=somebody.address))


async def test_the_discount_for_paying_so_follows(agent: AsyncConnection[Any], world: World) -> None:
    buyer, supplier = await world.buyer(), await world.supplier()
    offer = await world.offer(supplier)
    order = (await placed(agent, buyer, (offer, 4), payment=Payment("pix", (0,)))).orders[0]
    assert order.discount == Decimal("1.00")
    result = await change(agent, buyer, order, (offer, 10))
    assert isinstance(result, Changed)
    assert (result.order.discount, result.order.total) == (Decimal("2.50"), Decimal("97.50"))
    await world.owner.execute("DELETE FROM payment_terms WHERE supplier_id = %s", [supplier])
    result = await change(agent, buyer, order, (offer, 20))
    assert isinstance(result, Changed)
    assert result.order.discount == Decimal("5.00")


@pytest.mark.parametrize("steps", [[], ["confirmed"], ["confirmed", "picking"]])
async def test_cancelling_frees_the_stock_once(agent: AsyncConnection[Any], world: World, steps: list[str]) -> None:
    buyer, offer, request = await world.buyer(), await world.offer(await world.supplier()), uuid4()
    order = (await placed(agent, buyer, (offer, 5))).orders[0]
    await world.move(order.order_id, *steps)
    async with connections(world, 3) as many:
        results = await asyncio.gather(*(cancel(each, buyer, order.order_id, request=request) for each in many))
    assert isinstance(results[0], Cancelled)
    assert results == [results[0]] * 3
    assert results[0].before_status == (steps or ["placed"])[-1]
    assert await world.stock(offer) == (100, 0)
    row = await world.all("SELECT status, cancel_reason FROM orders WHERE id = %s", order.order_id)
    assert row == [("cancelled", "pharmacy_request")]
    assert reasons(await cancel(agent, buyer, order.order_id)) == ["order_state"]


async def test_cancelling_at_once_with_two_requests_frees_once(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    order = (await placed(agent, buyer, (offer, 5))).orders[0]
    await placed(agent, await world.buyer(), (offer, 3))
    async with connections(world, 3) as many:
        results = await asyncio.gather(*(cancel(each, buyer, order.order_id) for each in many))
    assert sum(isinstance(result, Cancelled) for result in results) == 1
    assert await world.stock(offer) == (100, 3)


async def test_what_is_invoiced_or_anothers_is_not_cancelled(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    order = (await placed(agent, buyer, (offer, 5))).orders[0]
    assert reasons(await cancel(agent, await world.buyer(), order.order_id)) == ["not_found"]
    await world.move(order.order_id, "confirmed", "picking", "invoiced")
    assert reasons(await cancel(agent, buyer, order.order_id)) == ["order_state"]
    assert await world.stock(offer) == (100, 5)


async def test_changing_while_others_buy_never_oversells(world: World) -> None:
    supplier = await world.supplier()
    offer = await world.offer(supplier, stock=12)
    buyers = [await world.buyer() for _ in range(6)]
    async with connections(world, 6) as many:
        orders = [(await placed(many[0], buyer, (offer, 1))).orders[0] for buyer in buyers[:3]]
        # Each wants more than its share: 9 are left, three changes ask for 4 more, three orders for 4.
        changes = (change(many[n], buyers[n], orders[n], (offer, 5)) for n in range(3))

        async def buy(n: int) -> Placed | Refused:
            return await place(many[n], buyers[n], await shown(many[n], buyers[n], (offer, 4)))

        results = await asyncio.gather(*changes, *(buy(n) for n in range(3, 6)))
    done = sum(isinstance(result, Changed | Placed) for result in results)
    assert done == 2
    assert await world.stock(offer) == (12, 11)
