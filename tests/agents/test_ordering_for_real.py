"""The flows that order, on a real PostgreSQL: what is in the database afterwards is what was shown, once, and ours."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection
from pydantic import SecretStr

from agents.customer.processor import CustomerAgent
from agents.understanding.protocol import Context, Entities, Item, Understood
from deploy.local.stack import Stack
from runtime.clock import SystemClock
from runtime.codec import Encoder
from runtime.records import Record
from runtime.registry import Registry
from schemas.topics import INBOUND
from store.pool import pool
from tests.market.world import Buyer, World
from tests.store.databases import Database, made

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def market(stack: Stack) -> Iterator[Database]:
    """A marketplace without anything in it."""
    with made(stack, "marketplace_owner", "marketplace") as database:
        yield database


@pytest.fixture(scope="module")
def talks(stack: Stack) -> Iterator[Database]:
    with made(stack, "platform_owner", "platform") as database:
        yield database


@pytest.fixture
async def world(market: Database) -> AsyncIterator[World]:
    async with await AsyncConnection.connect(market.dsn("marketplace_owner"), autocommit=True) as connection:
        yield World(connection, market)


class Told:
    """An understanding that is told what each message means."""

    def __init__(self) -> None:
        self.meant: dict[str, Understood] = {}

    async def understand(self, text: str, context: Context) -> Understood:
        nothing = Understood(None, (), Entities(), 0.1, abstained=True, source="test")
        return self.meant.get(text, nothing)


@dataclass
class Counter:
    """A pharmacy's conversation with the agent."""

    agent: CustomerAgent
    told: Told
    whatsapp_id: str
    number: str
    talks: Database
    last: Record | None = None

    async def says(self, text: str, *flows: str, **named: Any) -> str:
        """The reply to a message that means this; delivered twice, as Kafka may."""
        if flows:
            self.told.meant[text] = Understood(flows[0], flows, Entities(**named), 0.9, abstained=False, source="test")
        now = datetime.now(UTC)
        message = {
            "message_id": f"wamid.{uuid4()}",
            "phone_number_id": self.number,
            "contact": self.whatsapp_id,
            "contact_name": None,
            "kind": "text",
            "text": text,
            "reply_to": None,
            "sent_at": now,
            "received_at": now,
            "payload": "{}",
        }
        self.last = Record(0, 0, self.whatsapp_id, message, {}, b"", b"")
        async with asyncio.timeout(60):
            await self.agent.handle(INBOUND, 0, self.last)
            await self.agent.handle(INBOUND, 0, self.last)
        return await self._reply(message["message_id"])

    async def _reply(self, message_id: Any) -> str:
        async with await AsyncConnection.connect(self.talks.dsn("platform_owner")) as connection:
            cursor = await connection.execute(
                "SELECT text FROM messages WHERE direction = 'outbound' AND reply_to = %s", [message_id]
            )
            [(text,)] = await cursor.fetchall()
            return str(text)


Opens = Callable[[Buyer], Any]


@pytest.fixture
async def counter(
    stack: Stack, market: Database, talks: Database, world: World, registry: Registry
) -> AsyncIterator[Opens]:
    """Opens a conversation of a pharmacy's contact."""
    told = Told()

    async def search(words: str, limit: int) -> Sequence[tuple[int, float]]:
        found = await world.all(
            "SELECT id FROM products WHERE name ILIKE %s ORDER BY id LIMIT %s", f"%{words.split(maxsplit=1)[0]}%", limit
        )
        return [(row[0], 1.0) for row in found]

    agent = CustomerAgent(
        platform=pool(SecretStr(talks.dsn("platform_agent")), application="test"),
        marketplace=pool(SecretStr(market.dsn("marketplace_reader")), application="test"),
        writer=pool(SecretStr(market.dsn("marketplace_agent")), application="test"),
        search=search,
        encoder=Encoder(registry),
        clock=SystemClock(),
        understanding=told,
    )
    await agent.start()

    async def opens(buyer: Buyer) -> Counter:
        whatsapp_id = f"55119{secrets.randbelow(10**8):08d}"
        await world.owner.execute("UPDATE contacts SET whatsapp_id = %s WHERE id = %s", [whatsapp_id, buyer.contact])
        return Counter(agent, told, whatsapp_id, str(secrets.randbelow(10**15)), talks)

    yield opens
    await agent.stop()


async def named(world: World, offer: int, name: str) -> int:
    """The offer, of a product of that name."""
    product = await world.product(offer)
    await world.owner.execute(
        "UPDATE products SET name = %s, active_ingredients = ARRAY[%s] WHERE id = %s", [name, name, product]
    )
    return offer


async def orders(world: World, buyer: Buyer) -> list[tuple[Any, ...]]:
    """Number, status, total, and payment of each order of the pharmacy."""
    return await world.all(
        "SELECT number, status, total, payment_method FROM orders WHERE pharmacy_id = %s ORDER BY id", buyer.id
    )


async def lines(world: World, number: str) -> list[tuple[Any, ...]]:
    return await world.all(
        "SELECT offers.id, order_items.quantity, order_items.unit_price FROM order_items"
        " JOIN orders ON orders.id = order_items.order_id"
        " JOIN offers ON offers.supplier_id = orders.supplier_id AND offers.product_id = order_items.product_id"
        " WHERE orders.number = %s ORDER BY order_items.line",
        number,
    )


def item(*pairs: tuple[str, int]) -> dict[str, Any]:
    return {
        "products": tuple(product for product, _ in pairs),
        "quantities": tuple(quantity for _, quantity in pairs),
        "items": tuple(Item(product, quantity) for product, quantity in pairs),
    }


async def test_an_order_of_two_products_is_placed_once_at_the_prices_shown(world: World, counter: Opens) -> None:
    buyer = await world.buyer()
    near, far = await world.supplier(freight="20.00", free_from="200.00"), await world.supplier(freight="15.00")
    first = await named(world, await world.offer(near, "10.00"), "Azulina")
    second = await named(world, await world.offer(near, "5.00"), "Verdina")
    await world.owner.execute(
        "INSERT INTO offers (supplier_id, product_id, price, minimum_quantity, state)"
        " VALUES (%s, %s, 9.90, 1, 'active')",
        [far, await world.product(first)],
    )
    await world.owner.execute("INSERT INTO inventory VALUES (%s, %s, 500, 0, now())", [far, await world.product(first)])
    await world.tier(first, 15, "10")
    talk = await counter(buyer)
    text = await talk.says("20 azulina e 30 verdina", "order_place", **item(("azulina 50mg", 20), ("verdina", 30)))
    assert "R$ 9,00 = R$ 180,00 (−10% pela quantidade)" in text
    assert "Frete: grátis" in text
    assert "*Total: R$ 330,00*" in text
    assert await orders(world, buyer) == []
    text = await talk.says("sim")
    [(number, status, total, method)] = await orders(world, buyer)
    assert number in text
    assert (status, total, method) == ("placed", Decimal("330.00"), "boleto")
    assert await lines(world, number) == [(first, 20, Decimal("9.00")), (second, 30, Decimal("5.00"))]
    assert (await world.stock(first))[1] == 20
    await talk.says("sim")
    assert len(await orders(world, buyer)) == 1


async def test_a_price_that_changed_before_the_yes_is_never_charged(world: World, counter: Opens) -> None:
    buyer = await world.buyer()
    offer = await named(world, await world.offer(await world.supplier(), "10.00"), "Rosalina")
    talk = await counter(buyer)
    await talk.says("10 rosalina", "order_place", **item(("rosalina", 10)))
    await world.owner.execute("UPDATE offers SET price = 11.00 WHERE id = %s", [offer])
    text = await talk.says("sim")
    assert "era R$ 10,00 e agora é R$ 11,00" in text
    assert await orders(world, buyer) == []
    await talk.says("sim")
    [(number, _, total, _)] = await orders(world, buyer)
    assert total == Decimal("110.00")
    assert await lines(world, number) == [(offer, 10, Decimal("11.00"))]


async def test_credit_is_checked_and_pix_needs_none(world: World, counter: Opens) -> None:
    buyer = await world.buyer(limit="50.00")
    offer = await named(world, await world.offer(await world.supplier(), "10.00"), "Cinzalina")
    talk = await counter(buyer)
    text = await talk.says("10 cinzalina", "order_place", **item(("cinzalina", 10)))
    assert "limite disponível é R$ 50,00" in text
    await talk.says("sim")
    assert await orders(world, buyer) == []
    text = await talk.says("pix")
    assert "−R$ 2,50" in text
    await talk.says("sim")
    [(number, _, total, method)] = await orders(world, buyer)
    assert (total, method) == (Decimal("97.50"), "pix")
    assert await lines(world, number) == [(offer, 10, Decimal("10.00"))]


async def test_an_order_is_changed_repeated_and_cancelled_and_the_stock_follows(world: World, counter: Opens) -> None:
    buyer = await world.buyer()
    supplier = await world.supplier()
    first = await named(world, await world.offer(supplier, "10.00"), "Marrona")
    second = await named(world, await world.offer(supplier, "3.00"), "Pretina")
    talk = await counter(buyer)
    await talk.says("10 marrona", "order_place", **item(("marrona", 10)))
    await talk.says("sim")
    [(number, *_)] = await orders(world, buyer)
    text = await talk.says(
        "bota mais 5 marrona e inclui 4 pretina", "order_change", **item(("marrona", 5), ("pretina", 4))
    )
    assert "de 10 para 15" in text
    assert "entra com 4" in text
    await talk.says("sim")
    assert await lines(world, number) == [(first, 15, Decimal("10.00")), (second, 4, Decimal("3.00"))]
    assert await orders(world, buyer) == [(number, "placed", Decimal("162.00"), "boleto")]
    assert [(await world.stock(offer))[1] for offer in (first, second)] == [15, 4]
    text = await talk.says("repete o último", "reorder")
    assert f"*{number}*" in text
    await talk.says("sim")
    [_, (again, status, total, _)] = await orders(world, buyer)
    assert (status, total) == ("placed", Decimal("162.00"))
    assert await lines(world, again) == await lines(world, number)
    await talk.says(f"cancela o {number}", "order_cancel", order_numbers=(number,))
    assert (await orders(world, buyer))[0][1] == "placed"
    assert "cancelado" in await talk.says("sim")
    assert [status for _, status, _, _ in await orders(world, buyer)] == ["cancelled", "placed"]
    assert (await world.stock(first))[1] == 15


async def test_another_pharmacys_order_is_out_of_reach(world: World, counter: Opens) -> None:
    other, buyer = await world.buyer(), await world.buyer()
    await named(world, await world.offer(await world.supplier(), "10.00"), "Alvina")
    theirs = await counter(other)
    await theirs.says("10 alvina", "order_place", **item(("alvina", 10)))
    await theirs.says("sim")
    before = await orders(world, other)
    number = before[0][0]
    for flow in ("order_cancel", "order_change", "reorder", "order_status", "order_late"):
        # a conversation of its own: after some vain questions in one, a person is called
        talk = await counter(buyer)
        text = await talk.says(f"{flow} {number}", flow, order_numbers=(number,))
        assert f"Não encontrei o pedido {number}" in text, flow
        await talk.says("sim")
    assert await orders(world, other) == before
    assert await orders(world, buyer) == []
