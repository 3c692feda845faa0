"""Placing orders: exactly what was shown, once, never more than there is, than is allowed or than is owed."""

import asyncio
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from store.basket import Payment
from store.credit import credit
from store.outcomes import Refused
from store.placing import Placed
from store.requests import RequestMismatch
from tests.market.buying import connections, place, placed, reasons, shown
from tests.market.world import Buyer, World

pytestmark = pytest.mark.broker


async def test_a_basket_becomes_one_order_a_supplier_with_exact_totals(
    agent: AsyncConnection[Any], world: World
) -> None:
    buyer = await world.buyer()
    near, far = await world.supplier(freight="19.90", free_from="300"), await world.supplier(freight="35.00")
    first, second = await world.offer(near, "12.37"), await world.offer(near, "40.00")
    third = await world.offer(far, "3.33")
    await world.tier(first, 10, "7.50")
    result = await placed(agent, buyer, (first, 10), (third, 3), (second, 5))
    assert [order.supplier_id for order in result.orders] == [near, far]
    # 12.37 less 7.5 % is 11.44225, so 11.44: 114.40 and 200.00 travel free from 300 on.
    assert (result.orders[0].items_total, result.orders[0].freight) == (Decimal("314.40"), Decimal("0.00"))
    assert (result.orders[1].items_total, result.orders[1].total) == (Decimal("9.99"), Decimal("44.99"))
    rows = await world.all(
        "SELECT order_id, line, quantity, unit_price::text FROM order_items JOIN offers USING (product_id)"
        " WHERE offers.id = ANY(%s) ORDER BY order_id, line",
        [first, second, third],
    )
    ours, theirs = (order.order_id for order in result.orders)
    assert rows == [(ours, 1, 10, "11.44"), (ours, 2, 5, "40.00"), (theirs, 1, 3, "3.33")]
    stored = await world.all(
        "SELECT status, delivery_address_id, payment_method, due_days FROM orders WHERE id = %s", ours
    )
    assert stored == [("placed", buyer.address, "boleto", "28")]
    assert await world.stock(first) == (100, 10)


async def test_the_same_request_has_one_effect_and_one_answer(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer, request = await world.buyer(), await world.offer(await world.supplier()), uuid4()
    seen = await shown(agent, buyer, (offer, 7))
    first = await place(agent, buyer, seen, request=request)
    assert isinstance(first, Placed)
    await world.owner.execute("UPDATE offers SET price = 99 WHERE id = %s", [offer])
    assert await place(agent, buyer, seen, request=request) == first
    assert await world.stock(offer) == (100, 7)
    assert await world.one("SELECT count(*) FROM orders WHERE pharmacy_id = %s", buyer.id) == 1


async def test_a_refusal_is_kept_for_its_request_and_changes_nothing(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer, request = await world.buyer(), await world.offer(await world.supplier(), stock=3), uuid4()
    seen = await shown(agent, buyer, (offer, 4))
    first = await place(agent, buyer, seen, request=request)
    assert reasons(first) == ["out_of_stock"]
    await world.owner.execute("UPDATE inventory SET on_hand = 50 WHERE product_id = %s", [await world.product(offer)])
    assert await place(agent, buyer, seen, request=request) == first
    assert isinstance(await place(agent, buyer, seen), Placed)


async def test_an_id_cannot_be_used_for_somebody_elses_write(agent: AsyncConnection[Any], world: World) -> None:
    one, other, offer = await world.buyer(), await world.buyer(), await world.offer(await world.supplier())
    request = uuid4()
    assert isinstance(await place(agent, one, await shown(agent, one, (offer, 1)), request=request), Placed)
    with pytest.raises(RequestMismatch):
        await place(agent, other, await shown(agent, other, (offer, 1)), request=request)


async def test_the_same_request_at_once_has_one_effect(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer, request = await world.buyer(), await world.offer(await world.supplier()), uuid4()
    seen = await shown(agent, buyer, (offer, 2))
    async with connections(world, 4) as many:
        results = await asyncio.gather(*(place(each, buyer, seen, request=request) for each in many))
    assert len({result.orders[0].number for result in results if isinstance(result, Placed)}) == 1
    assert all(result == results[0] for result in results)
    assert await world.stock(offer) == (100, 2)


async def test_nobody_sells_what_is_not_there(world: World) -> None:
    """Eight buyers want the last units of two products in opposite orders: no oversell, no deadlock."""
    supplier = await world.supplier()
    offers = [await world.offer(supplier, stock=10), await world.offer(supplier, stock=10)]
    buyers = [await world.buyer() for _ in range(8)]

    async def buy(connection: AsyncConnection[Any], buyer: Buyer, wanted: list[int]) -> Placed | Refused:
        return await place(connection, buyer, await shown(connection, buyer, *((offer, 3) for offer in wanted)))

    async with connections(world, 8) as many:
        results = await asyncio.gather(
            *(
                buy(each, buyer, offers[:: 1 if place % 2 else -1])
                for place, (each, buyer) in enumerate(zip(many, buyers, strict=True))
            )
        )
    assert sum(isinstance(result, Placed) for result in results) == 3
    assert {reason for result in results if isinstance(result, Refused) for reason in reasons(result)} == {
        "out_of_stock"
    }
    assert [await world.stock(offer) for offer in offers] == [(10, 9), (10, 9)]


async def test_stock_is_taken_in_everybodys_order(agent: AsyncConnection[Any], world: World) -> None:
    """Whatever the order of the lines, the lower product is waited for before the higher one is touched."""
    buyer, supplier = await world.buyer(), await world.supplier()
    low, high = [await world.offer(supplier) for _ in range(2)]
    seen = await shown(agent, buyer, (high, 1), (low, 1))
    take = (
        "SELECT FROM inventory JOIN offers USING (supplier_id, product_id) WHERE offers.id = %s FOR UPDATE OF inventory"
    )
    async with connections(world, 1) as [other]:
        async with other.transaction():
            await other.execute(take.encode(), [low])
            buying = asyncio.create_task(place(agent, buyer, seen))
            waits = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
            async with asyncio.timeout(60):
                while not await world.one(waits, agent.info.backend_pid):  # noqa: ASYNC110 - nothing else tells
                    await asyncio.sleep(0.01)
            await other.execute(f"{take} NOWAIT".encode(), [high])
        assert isinstance(await buying, Placed)


async def test_credit_is_not_exceeded_by_orders_at_once(world: World) -> None:
    buyer = await world.buyer(limit="100.00")
    offers = [await world.offer(await world.supplier(), "40.00") for _ in range(5)]

    async def buy(connection: AsyncConnection[Any], offer: int) -> Placed | Refused:
        return await place(connection, buyer, await shown(connection, buyer, (offer, 1)))

    async with connections(world, 5) as many:
        results = await asyncio.gather(*(buy(*pair) for pair in zip(many, offers, strict=True)))
        found = await credit(many[0], buyer.id)
    assert sum(isinstance(result, Placed) for result in results) == 2
    assert found is not None
    assert (found.used, found.available) == (Decimal("80.00"), Decimal("20.00"))


async def test_used_credit_follows_the_orders_invoices_and_charges(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier(), "30.00")
    pix = Payment("pix", (0,))
    order = (await placed(agent, buyer, (offer, 2))).orders[0]
    await placed(agent, buyer, (offer, 1), payment=pix)

    async def used() -> Decimal:
        found = await credit(agent, buyer.id)
        assert found is not None
        return found.used

    assert await used() == Decimal("60.00")
    await world.move(order.order_id, "confirmed", "picking", "invoiced")
    invoice = await world.invoice(order.order_id, "60.00")
    await world.charge(invoice, "20.00", status="paid")
    await world.charge(invoice, "40.00", instalment=2)
    assert await used() == Decimal("40.00")
    await world.owner.execute("UPDATE invoices SET status = 'paid', paid_at = now() WHERE id = %s", [invoice])
    assert await used() == 0


async def test_what_stands_in_the_way_is_told_all_at_once(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer(limit="10.00")
    supplier = await world.supplier(minimum="500.00")
    few, small, gone = (
        await world.offer(supplier, stock=1),
        await world.offer(supplier, minimum=5),
        await world.offer(supplier),
    )
    await world.owner.execute("UPDATE offers SET state = 'paused' WHERE id = %s", [gone])
    found = await shown(agent, buyer, (few, 2), (small, 4), (gone, 1), (10**12, 1))
    assert reasons(found) == [
        "not_found", "out_of_stock", "below_minimum_quantity", "not_for_sale", "below_minimum_order", "credit",
    ]  # fmt: skip
    [stock] = [problem for problem in found.problems if problem.reason == "out_of_stock"]
    assert (stock.offer_id, stock.wanted, stock.allowed) == (few, Decimal(2), Decimal(1))
    [least] = [problem for problem in found.problems if problem.reason == "below_minimum_order"]
    assert (least.supplier_id, least.wanted, least.allowed) == (supplier, Decimal("70.00"), Decimal("500.00"))


async def test_a_price_above_its_ceiling_is_never_sold(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier(), "10.01", ceiling="10.00")
    await world.tier(offer, 1, "50")
    seen = await shown(agent, buyer, (offer, 1))
    assert reasons(seen) == ["above_ceiling"]
    assert reasons(await place(agent, buyer, seen)) == ["above_ceiling"]


async def test_a_price_that_changed_since_it_was_shown_is_not_charged(
    agent: AsyncConnection[Any], world: World
) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    seen = await shown(agent, buyer, (offer, 5))
    for price in ("10.01", "9.99"):
        await world.owner.execute("UPDATE offers SET price = %s WHERE id = %s", [price, offer])
        result = await place(agent, buyer, seen)
        assert isinstance(result, Refused)
        [problem] = result.problems
        assert (problem.reason, problem.wanted, problem.allowed) == ("price_changed", Decimal(10), Decimal(price))
    await world.owner.execute("UPDATE offers SET price = 10 WHERE id = %s", [offer])
    await world.owner.execute(
        "UPDATE delivery_areas SET freight = 8 WHERE freight = 0 AND supplier_id ="
        " (SELECT supplier_id FROM offers WHERE id = %s)",
        [offer],
    )
    assert reasons(await place(agent, buyer, seen)) == ["price_changed"]


async def test_who_may_not_buy_cannot(agent: AsyncConnection[Any], world: World) -> None:
    offer = await world.offer(await world.supplier())
    blocked, closed = await world.buyer(status="blocked"), await world.buyer(status="pending")
    late = await world.buyer(blocked="overdue")
    assert reasons(await shown(agent, blocked, (offer, 1))) == ["pharmacy_blocked"]
    assert reasons(await shown(agent, closed, (offer, 1))) == ["pharmacy_inactive"]
    found = await shown(agent, late, (offer, 1))
    assert (reasons(found), found.problems[0].state) == (["credit_blocked"], "overdue")
    at_sight = await placed(agent, late, (offer, 1), payment=Payment("pix", (0,)))
    assert (at_sight.orders[0].discount, at_sight.total) == (Decimal("0.25"), Decimal("9.75"))


async def test_where_it_goes_decides_freight_price_and_whether(agent: AsyncConnection[Any], world: World) -> None:
    buyer, supplier = await world.buyer(), await world.supplier(freight="20.00")
    offer = await world.offer(supplier)
    bahia = await world.address(buyer.id, "BA", "Salvador")
    assert reasons(await shown(agent, buyer, (offer, 1), address_id=bahia)) == ["no_delivery"]
    await world.owner.execute(
        "INSERT INTO delivery_areas (supplier_id, state, city, freight, days_from, days_to, weekdays)"
        " VALUES (%s, 'BA', NULL, 60, 5, 8, '24'), (%s, 'BA', 'Salvador', 50, 3, 5, '135')",
        [supplier, supplier],
    )
    await world.tier(offer, 1, "10", state="BA")
    result = await placed(agent, buyer, (offer, 1), address_id=bahia)
    assert (result.orders[0].freight, result.orders[0].items_total) == (Decimal("50.00"), Decimal("9.00"))
    somebody = await world.buyer()
    assert "not_found" in reasons(await shown(agent, buyer, (offer, 1), address_id=somebody.address))


async def test_a_campaign_counts_while_it_runs(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    await world.tier(offer, 1, "20", campaign="Semana", starts_on="2026-05-20", ends_on="2026-05-20")
    await world.tier(offer, 1, "40", campaign="Passada", starts_on="2026-05-01", ends_on="2026-05-19")
    await world.tier(offer, 1, "30", state="RJ")
    [line] = (await shown(agent, buyer, (offer, 1))).orders[0].lines
    assert (line.unit_price, line.campaign) == (Decimal("8.00"), "Semana")


@pytest.mark.parametrize("wanted", [[], [(1, 0)], [(1, -5)], [(1, 3), (1, -3)]])
async def test_nothing_is_no_order(agent: AsyncConnection[Any], world: World, wanted: list[tuple[int, int]]) -> None:
    assert "empty" in reasons(await shown(agent, await world.buyer(), *wanted))


async def test_a_huge_quantity_is_only_out_of_stock(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    assert "out_of_stock" in reasons(await shown(agent, buyer, (offer, 10**15)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.tuples(
            st.decimals("0.01", "900", places=2), st.integers(1, 40), st.decimals("0.01", "90", places=2) | st.none()
        ),
        min_size=1,
        max_size=4,
    ),
    freight=st.decimals("0", "90", places=2),
    discount=st.decimals("0", "20", places=2),
)
async def test_totals_are_exact_whatever_the_prices(
    agent: AsyncConnection[Any],
    world: World,
    lines: list[tuple[Decimal, int, Decimal | None]],
    freight: Decimal,
    discount: Decimal,
) -> None:
    buyer = await world.buyer(limit="9999999.00")
    supplier = await world.supplier(freight=str(freight), terms=(("boleto", "28", str(discount), None),))
    wanted, items = [], Decimal(0)
    for price, quantity, rate in lines:
        offer = await world.offer(supplier, str(price))
        unit = price
        if rate is not None:
            await world.tier(offer, quantity, str(rate))
            unit = max((price * (100 - rate) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal("0.01"))
        wanted.append((offer, quantity))
        items += unit * quantity
    [order] = (await placed(agent, buyer, *wanted)).orders
    off = (items * discount / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert (order.items_total, order.discount, order.total) == (items, off, items - off + freight)
    [row] = await world.all("SELECT items_total, discount, freight, total FROM orders WHERE id = %s", order.order_id)
    assert row == (order.items_total, order.discount, order.freight, order.total)
