"""What tools ask of the marketplace."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from psycopg import AsyncConnection

from store import availability, contacts, orders, product_names
from store.generator.accounts import DEMO_PHARMACY_ID, DEMO_WHATSAPP_ID
from tests.store.databases import Database

pytestmark = pytest.mark.broker


@pytest.fixture
async def changing(market: Database) -> AsyncIterator[AsyncConnection[Any]]:
    """The market inside a transaction that is taken back."""
    async with await AsyncConnection.connect(market.dsn("marketplace_writer")) as connection:
        yield connection
        await connection.rollback()


async def test_a_contact_is_known_by_the_channels_id(reader: AsyncConnection[Any]) -> None:
    contact = await contacts.by_whatsapp_id(reader, DEMO_WHATSAPP_ID)
    assert contact is not None
    assert (contact.name, contact.pharmacy_id, contact.consent) == ("Ana Souza", DEMO_PHARMACY_ID, "granted")
    without_the_ninth_digit = DEMO_WHATSAPP_ID[:4] + DEMO_WHATSAPP_ID[5:]
    assert await contacts.by_whatsapp_id(reader, without_the_ninth_digit) == contact
    assert await contacts.by_whatsapp_id(reader, "5511000000000") is None


async def test_orders_come_newest_first_with_their_shipment(reader: AsyncConnection[Any]) -> None:
    found = await orders.newest(reader, DEMO_PHARMACY_ID, limit=50)
    assert [order.placed_at for order in found] == sorted((order.placed_at for order in found), reverse=True)
    assert {order.status for order in found} >= {"placed", "shipped", "delivered"}
    shipped = next(order for order in found if order.status == "shipped")
    assert shipped.tracking_code
    assert shipped.shipped_at is not None
    assert shipped.promised_delivery is not None
    assert next(order for order in found if order.status == "placed").carrier is None
    lines = await orders.items(reader, shipped.order_id)
    assert len(lines) == shipped.items
    assert [line.line for line in lines] == list(range(1, shipped.items + 1))
    [invoice] = await orders.invoices(reader, shipped.order_id)
    assert invoice.amount == shipped.total


async def test_open_orders_leave_out_what_is_over(reader: AsyncConnection[Any]) -> None:
    found = await orders.open_orders(reader, DEMO_PHARMACY_ID, limit=50)
    assert found
    assert not {order.status for order in found} & {"delivered", "cancelled", "returned"}


async def test_an_order_is_found_however_its_number_is_written(reader: AsyncConnection[Any]) -> None:
    order = (await orders.newest(reader, DEMO_PHARMACY_ID, limit=1))[0]
    dotted = f"nº {order.number[:2]}.{order.number[2:5]}.{order.number[5:]}"
    for written in (order.number, dotted, f"000{order.number}", order.number[-5:]):
        assert order in await orders.by_number(reader, DEMO_PHARMACY_ID, written)
    assert await orders.by_number(reader, DEMO_PHARMACY_ID, "12") == []


async def test_nobody_sees_the_order_of_another_pharmacy(reader: AsyncConnection[Any]) -> None:
    order = (await orders.newest(reader, DEMO_PHARMACY_ID, limit=1))[0]
    assert await orders.by_number(reader, DEMO_PHARMACY_ID + 1, order.number) == []


async def test_offers_are_cheapest_first_in_the_order_asked(reader: AsyncConnection[Any]) -> None:
    asked = [30, 10, 20]
    found = await availability.offers(reader, asked)
    places = [asked.index(offer.product_id) for offer in found]
    assert places == sorted(places)
    for product in asked:
        prices = [offer.price for offer in found if offer.product_id == product]
        assert prices == sorted(prices)
    assert [product.product_id for product in await availability.products(reader, [*asked, 10**9])] == asked


async def test_what_may_not_be_sold_is_not_offered(changing: AsyncConnection[Any]) -> None:
    before = await availability.offers(changing, range(1, 40))
    dear, paused, suspended = before[0], before[-1], next(o for o in before if o.supplier_id != before[0].supplier_id)
    await changing.execute(
        "UPDATE products SET price_regime = 'regulated', ceiling_price = %s WHERE id = %s",
        [dear.price - Decimal("0.01"), dear.product_id],
    )
    await changing.execute("UPDATE offers SET state = 'paused' WHERE id = %s", [paused.offer_id])
    await changing.execute("UPDATE suppliers SET status = 'suspended' WHERE id = %s", [suspended.supplier_id])
    left = {offer.offer_id for offer in await availability.offers(changing, range(1, 40))}
    assert left
    assert not left & {dear.offer_id, paused.offer_id, suspended.offer_id}


async def test_reserved_units_cannot_be_bought(changing: AsyncConnection[Any]) -> None:
    offer = next(offer for offer in await availability.offers(changing, range(1, 40)) if offer.can_be_ordered)
    await changing.execute(
        "UPDATE inventory SET reserved = on_hand WHERE supplier_id = %s AND product_id = %s",
        [offer.supplier_id, offer.product_id],
    )
    [now] = [o for o in await availability.offers(changing, [offer.product_id]) if o.offer_id == offer.offer_id]
    assert (now.available, now.can_be_ordered) == (0, False)


async def test_products_are_named_by_brand_and_by_ingredient(reader: AsyncConnection[Any]) -> None:
    assert "LOSARTANA POTÁSSICA" in await product_names.named(reader)
