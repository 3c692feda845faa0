"""What agents look up: for many at once, in the order asked, and only the pharmacy's own."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import AsyncConnection, AsyncCursor

from schemas.identifiers import is_digitable_line
from store import addresses, availability, billing, credit, orders, pricing, returns, substitutes, terms
from store.basket import basket
from store.generator.accounts import DEMO_PHARMACY_ID
from store.pricing import Wanted
from tests.market.buying import placed
from tests.market.world import NOW, World
from tests.store.databases import Database

pytestmark = pytest.mark.broker

TODAY = NOW.date()


async def test_a_price_depends_on_quantity_and_state(agent: AsyncConnection[Any], world: World) -> None:
    offer, other = await world.offer(await world.supplier()), await world.offer(await world.supplier(), "3.00")
    await world.tier(offer, 10, "5")
    await world.tier(offer, 50, "12.5")
    await world.tier(offer, 20, "8", state="BA")
    wanted = [Wanted(other, 1), *(Wanted(offer, quantity) for quantity in (9, 10, 20, 50)), Wanted(10**12, 1)]

    async def prices(state: str) -> list[str]:
        return [str(quote.unit_price) for quote in await pricing.quotes(agent, wanted, state=state, on=TODAY)]

    assert await prices("SP") == ["3.00", "10.00", "9.50", "9.50", "8.75"]
    assert await prices("BA") == ["3.00", "10.00", "9.50", "9.20", "8.75"]
    found = await pricing.tiers(agent, [other, offer], state="BA", on=TODAY)
    assert [(tier.minimum_quantity, str(tier.unit_price)) for tier in found] == [
        (10, "9.50"),
        (20, "9.20"),
        (50, "8.75"),
    ]


async def test_a_tier_that_a_smaller_quantity_beats_is_not_told(agent: AsyncConnection[Any], world: World) -> None:
    offer = await world.offer(await world.supplier())
    await world.tier(offer, 5, "10")
    await world.tier(offer, 20, "9")
    [tier] = await pricing.tiers(agent, [offer], state="SP", on=TODAY)
    assert tier.minimum_quantity == 5


async def test_promotions_run_can_be_bought_and_name_a_product_once(agent: AsyncConnection[Any], world: World) -> None:
    state, supplier = "RR", await world.supplier()
    await world.owner.execute("UPDATE delivery_areas SET state = 'RR' WHERE supplier_id = %s", [supplier])
    runs, over, empty, dear = [await world.offer(supplier, ceiling="10.00") for _ in range(4)]
    for offer, ends in ((runs, 0), (over, -1), (empty, 3), (dear, 3)):
        dates = {"starts_on": TODAY - timedelta(days=9), "ends_on": TODAY + timedelta(days=ends)}
        await world.tier(offer, 2, "89", campaign="Teste", state=state, **dates)
        await world.tier(offer, 4, "90", campaign="Teste", state=state, **dates)
    await world.owner.execute("UPDATE inventory SET on_hand = 3 WHERE product_id = %s", [await world.product(empty)])
    await world.owner.execute("UPDATE offers SET price = 10.01 WHERE id = %s", [dear])
    found = await pricing.promotions(agent, state=state, on=TODAY, limit=2000)
    ours = [line for line in found if line.campaign == "Teste"]
    assert [(line.offer_id, line.minimum_quantity, str(line.unit_price)) for line in ours if line.offer_id == runs] == [
        (runs, 4, "1.00")
    ]
    assert {line.offer_id for line in ours} == {runs, empty}, "the smaller tier of the scarce one can still be had"
    assert len({line.product_id for line in found}) == len(found)
    assert [line.discount for line in found] == sorted((line.discount for line in found), reverse=True)
    assert not [line for line in await pricing.promotions(agent, state="AP", on=TODAY, limit=2000) if line in ours]


async def test_substitutes_are_equal_in_ingredients_dose_and_form(agent: AsyncConnection[Any], world: World) -> None:
    supplier = await world.supplier()
    wanted, same, swapped, dearer = [await world.offer(supplier, price) for price in ("5.00", "7.00", "6.00", "8.00")]
    other_dose, other_form, other_salt, unknown, gone = [await world.offer(supplier) for _ in range(5)]
    pair = "UPDATE products SET active_ingredients = ARRAY['BETANA', 'ALFANA'] WHERE id = %s"
    for offer in (wanted, same, dearer, other_dose, other_form, unknown, gone):
        await world.owner.execute(pair, [await world.product(offer)])
    for offer, change in (
        (swapped, "active_ingredients = ARRAY['ALFANA', 'BETANA']"),
        (other_dose, "dose = '25 mg'"),
        (other_form, "form = 'comprimido revestido'"),
        (other_salt, "active_ingredients = ARRAY['ALFANA']"),
        (unknown, "dose = NULL"),
        (gone, "status = 'discontinued'"),
    ):
        await world.owner.execute(f"UPDATE products SET {change} WHERE id = %s".encode(), [await world.product(offer)])
    await world.owner.execute("UPDATE inventory SET on_hand = 0 WHERE product_id = %s", [await world.product(same)])
    product = await world.product(wanted)
    found = await substitutes.substitutes(agent, [product])
    assert [(line.product_id, line.offer_id) for line in found] == [
        (await world.product(swapped), swapped),
        (await world.product(dearer), dearer),
        (await world.product(same), None),
    ]
    assert {line.of_product_id for line in found} == {product}
    assert await substitutes.substitutes(agent, [await world.product(unknown)]) == []
    maker = (
        "UPDATE products SET variant = 2, manufacturer_id = (SELECT manufacturer_id FROM products WHERE id = %s)"
        " WHERE id = %s"
    )
    await world.owner.execute(maker, [product, await world.product(dearer)])
    assert len(await substitutes.substitutes(agent, [product])) == 2, "another pack of the same maker is none"


async def test_the_invented_market_has_substitutes_of_several_categories(agent: AsyncConnection[Any]) -> None:
    found = await substitutes.substitutes(agent, range(1, 200))
    assert {line.category for line in found} >= {"reference", "generic", "similar"}
    known = {line.product_id: line for line in await availability.products(agent, range(1, 200))}
    assert found
    for line in found:
        wanted = known[line.of_product_id]
        assert (line.form, line.dose) == (wanted.form, wanted.dose)
        assert sorted(line.active_ingredients) == sorted(wanted.active_ingredients)
        assert line.manufacturer != wanted.manufacturer


async def test_terms_are_told_for_many_suppliers(agent: AsyncConnection[Any], world: World) -> None:
    first, second = await world.supplier(minimum="150.00", freight="9.90", free_from="300"), await world.supplier()
    buyer = await world.buyer()
    rules = await terms.supplier_terms(agent, [second, first])
    assert [(rule.supplier_id, rule.minimum_order) for rule in rules] == [(second, None), (first, Decimal("150.00"))]
    await world.owner.execute(
        "INSERT INTO delivery_areas (supplier_id, state, city, freight, days_from, days_to, weekdays)"
        " VALUES (%s, 'SP', 'Bauru', 5, 0, 1, '123456')",
        [first],
    )
    areas = await terms.delivery_areas(agent, state="SP", city="Bauru", supplier_ids=[first, second])
    assert [(area.supplier_id, area.city, area.weekdays) for area in areas] == [
        (first, "Bauru", [1, 2, 3, 4, 5, 6]),
        (second, None, [1, 2, 3, 4, 5]),
    ]
    assert await terms.delivery_areas(agent, state="AC", city=None, supplier_ids=[first, second]) == []
    await world.owner.execute(
        "INSERT INTO payment_terms (supplier_id, pharmacy_id, method, due_days, discount) VALUES"
        " (%s, %s, 'boleto', '28/35/42', 0), (%s, NULL, 'card', '30', 0)",
        [first, buyer.id, first],
    )
    ways = await terms.payment_terms(agent, buyer.id, [first])
    assert [(way.method, way.due_days, way.agreed) for way in ways] == [
        ("boleto", (28, 35, 42), True),
        ("boleto", (28,), False),
        ("pix", (0,), False),
        ("card", (30,), False),
    ]
    assert not any(way.agreed for way in await terms.payment_terms(agent, (await world.buyer()).id, [first]))
    assert terms.City("Feira de Santana", "BA") in await terms.cities(agent)


async def test_bills_are_the_pharmacys_with_what_came_in(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(), await world.offer(await world.supplier())
    order = (await placed(agent, buyer, (offer, 9))).orders[0]
    await world.move(order.order_id, "confirmed", "picking", "invoiced")
    invoice = await world.invoice(order.order_id, "90.00")
    paid, left = await world.charge(invoice, "45.00", status="paid"), await world.charge(invoice, "45.00", instalment=2)
    await world.owner.execute(
        "INSERT INTO payments (charge_id, method, amount, status, paid_at) VALUES"
        " (%s, 'pix', 45, 'settled', now()), (%s, 'pix', 45, 'duplicate', now())",
        [paid, paid],
    )
    [bill] = await billing.invoices(agent, buyer.id, order_ids=[order.order_id])
    assert (bill.amount, bill.order_number) == (Decimal(90), order.number)
    assert await billing.invoices(agent, buyer.id, number=bill.number, unpaid=True) == [bill]
    first, second = await billing.charges(agent, buyer.id, invoice_ids=[bill.invoice_id])
    assert (first.paid, first.duplicates, first.instalment, first.instalments) == (Decimal(45), Decimal(45), 1, 2)
    assert (second.paid, second.paid_at, second.status) == (Decimal(0), None, "open")
    assert [charge.charge_id for charge in await billing.charges(agent, buyer.id, open_only=True)] == [left]
    assert second.digitable_line is not None
    assert is_digitable_line(second.digitable_line)
    assert billing.written_line(second.digitable_line).translate({46: None, 32: None}) == second.digitable_line
    other = await world.buyer()
    assert await billing.invoices(agent, other.id, order_ids=[order.order_id]) == []
    assert await billing.charges(agent, other.id, order_ids=[order.order_id]) == []


async def test_credit_tells_what_is_overdue(agent: AsyncConnection[Any], world: World) -> None:
    buyer, offer = await world.buyer(limit="50.00", blocked="overdue"), await world.offer(await world.supplier())
    assert await credit.credit(agent, 10**12) is None
    order = await world.one(
        "INSERT INTO orders (number, pharmacy_id, supplier_id, status, items_total, discount, freight, total,"
        " placed_at, status_changed_at) SELECT nextval('order_numbers')::text, %s, supplier_id, 'delivered', 80, 0, 0,"
        " 80, now(), now() FROM offers WHERE id = %s RETURNING id",
        buyer.id,
        offer,
    )
    await world.invoice(order, "80.00", "overdue")
    found = await credit.credit(agent, buyer.id)
    assert found is not None
    assert (found.used, found.overdue, found.available) == (Decimal(80), Decimal(80), Decimal(0))
    assert (found.blocked_reason, found.oldest_overdue) == ("overdue", TODAY + timedelta(days=28))


async def test_the_demo_pharmacy_has_something_of_everything(agent: AsyncConnection[Any]) -> None:
    mine = await orders.newest(agent, DEMO_PHARMACY_ID, limit=50)
    lines = await orders.lines(agent, DEMO_PHARMACY_ID, [order.order_id for order in mine])
    assert len(lines) == sum(order.items for order in mine)
    assert all(line.offer_id for line in lines)
    assert await orders.lines(agent, DEMO_PHARMACY_ID + 1, [order.order_id for order in mine]) == []
    [place, *_] = await addresses.addresses(agent, DEMO_PHARMACY_ID)
    assert place.preferred
    ids = [order.order_id for order in mine]
    assert await addresses.destinations(agent, DEMO_PHARMACY_ID, ids) == dict.fromkeys(ids, place)
    assert await addresses.destinations(agent, DEMO_PHARMACY_ID + 1, ids) == {}
    found = await credit.credit(agent, DEMO_PHARMACY_ID)
    assert found is not None
    assert found.blocked_reason is None
    assert found.available > 0
    [back, *_] = await returns.returns(agent, DEMO_PHARMACY_ID)
    assert (back.status, back.refund_status) == ("refunded", "done")
    assert back.refund_amount
    assert await billing.charges(agent, DEMO_PHARMACY_ID)


async def test_a_basket_asks_as_often_whatever_its_size(shop: Database) -> None:
    asked = 0

    class Counting(AsyncCursor[Any]):
        async def execute(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal asked
            asked += 1
            return await super().execute(*args, **kwargs)

    dsn = shop.dsn("marketplace_reader")
    async with await AsyncConnection.connect(dsn, autocommit=True, cursor_factory=Counting) as connection:
        counts = []
        for offers in (range(1, 3), range(1, 400)):
            before = asked
            await basket(connection, DEMO_PHARMACY_ID, [Wanted(offer, 1) for offer in offers], now=NOW)
            counts.append(asked - before)
    assert counts == [6, 6]
