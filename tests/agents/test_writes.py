"""A write on the real databases: one order, whenever the process dies and however often the message comes again."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from agents.customer.processor import CustomerAgent
from agents.flows import fallback, small_talk
from agents.flows.flow import Answer, Ask, Flow, Write, confirm, reply
from agents.flows.registry import Flows
from agents.tools import ordering
from agents.tools.permitted import Permitted
from agents.understanding.offline import OfflineUnderstanding
from runtime.records import Record
from runtime.registry import Registry
from runtime.settings import MarketplaceAgent, MarketplaceReader, load
from schemas.topics import INBOUND, REPLY
from store import turn_writes
from store.basket import basket
from store.outcomes import Refused
from store.placing import OrderLine, Placed
from store.pricing import Wanted
from store.turn_writes import TurnWrite
from tests.agents.station import Platform, deliver, make_agent

pytestmark = pytest.mark.broker


class Crash(BaseException):
    """The process dies: nothing after it runs."""


@pytest.fixture
async def able(stack: Any) -> tuple[dict[str, Any], Wanted]:
    """A contact who may order, and something that the pharmacy can order now."""
    now = datetime.now(UTC)
    reader, writer = load(MarketplaceReader).dsn.get_secret_value(), load(MarketplaceAgent).dsn.get_secret_value()
    with psycopg.connect(reader, row_factory=dict_row) as connection:
        contacts = connection.execute(
            """
            SELECT contacts.whatsapp_id, contacts.pharmacy_id
              FROM contacts JOIN pharmacies ON pharmacies.id = pharmacy_id
             WHERE contacts.whatsapp_id IS NOT NULL AND consent = 'granted' AND pharmacies.status = 'active'
             ORDER BY md5(contacts.id::text || %s) LIMIT 20
            """,
            [secrets.token_hex(4)],
        ).fetchall()
        offers = connection.execute(
            """
            SELECT offers.id FROM offers JOIN inventory USING (supplier_id, product_id)
             WHERE offers.state = 'active' AND inventory.on_hand - inventory.reserved > 200
             ORDER BY abs(offers.price - 20), offers.id LIMIT 40
            """
        ).fetchall()
    async with await AsyncConnection.connect(writer) as connection:
        for contact in contacts:
            for offer in offers:
                found = await basket(connection, contact["pharmacy_id"], [Wanted(offer["id"], 60)], now=now)
                if not found.problems:
                    return contact, Wanted(offer["id"], 60)
    pytest.fail("no pharmacy can order anything")


@pytest.fixture
def contact(able: tuple[dict[str, Any], Wanted]) -> dict[str, Any]:
    return able[0]


@pytest.fixture
def wanted(able: tuple[dict[str, Any], Wanted]) -> Wanted:
    return able[1]


def buying(wanted: Wanted) -> Flows:
    async def run(ask: Ask, use: Permitted) -> Answer:
        found = await use(ordering.basket, [wanted])
        lines = [
            OrderLine(line.offer_id, line.quantity, line.unit_price) for order in found.orders for line in order.lines
        ]
        return confirm(f"Total {found.total}. Confirma?", ordering.place_order, lines, found.total)

    async def done(ask: Ask, use: Permitted, result: Placed | Refused) -> Answer:
        if isinstance(result, Refused):
            return reply(f"Recusado: {result.reason}")
        return reply(f"Pedido {result.orders[0].number} feito.")

    flow = Flow(
        name="order_place",
        serves=("order_place", "greeting"),
        tools=(ordering.basket,),
        writes=(Write(ordering.place_order),),
        run=run,
        done=done,
    )
    return Flows([flow, small_talk.THANKS, fallback.NOT_UNDERSTOOD], otherwise=fallback.NOT_OFFERED)


@pytest.fixture
async def buyer(registry: Registry, offline: OfflineUnderstanding, wanted: Wanted) -> AsyncIterator[CustomerAgent]:
    agent = make_agent(registry, offline, buying(wanted))
    await agent.start()
    yield agent
    await agent.stop()


def orders_of(contact: dict[str, Any]) -> list[tuple[str, Decimal]]:
    with psycopg.connect(load(MarketplaceReader).dsn.get_secret_value()) as connection:
        return connection.execute(
            "SELECT number, total FROM orders WHERE pharmacy_id = %s ORDER BY id", [contact["pharmacy_id"]]
        ).fetchall()


async def test_a_crash_between_the_write_and_the_commit_is_healed_by_redelivery(
    buyer: CustomerAgent,
    registry: Registry,
    offline: OfflineUnderstanding,
    wanted: Wanted,
    write: Callable[..., Record],
    platform_rows: Platform,
    contact: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = orders_of(contact)
    await deliver(buyer, write("oi"))
    yes = write("sim")

    written = turn_writes.write

    async def dies(connection: Any, turn: TurnWrite) -> bool:
        await written(connection, turn)
        raise Crash

    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr(turn_writes, "write", dies)
        await deliver(buyer, yes)
    placed = orders_of(contact)[len(before) :]
    assert len(placed) == 1, "the write is done before the turn commits"
    assert len(platform_rows.turns(yes.value)) == 1, "of the turn nothing is left"
    another = make_agent(registry, offline, buying(wanted))
    await another.start()
    try:
        await another.handle_burst(INBOUND, 0, [yes])
        await another.handle_burst(INBOUND, 0, [yes])
    finally:
        await another.stop()
    assert orders_of(contact)[len(before) :] == placed
    assert [turn["outcome"] for turn in platform_rows.turns(yes.value)] == ["asked", "replied"]
    assert platform_rows.events(yes.value, REPLY.name)[-1]["text"].endswith(f"Pedido {placed[0][0]} feito.")


async def test_the_conversation_is_locked_while_a_write_runs(
    buyer: CustomerAgent, write: Callable[..., Record], contact: dict[str, Any]
) -> None:
    before = len(orders_of(contact))
    await deliver(buyer, write("oi"))
    yes, again = write("sim"), write("sim")
    await asyncio.gather(deliver(buyer, yes), deliver(buyer, again))
    assert len(orders_of(contact)) == before + 1, "two yeses at once, from two processes, are one order"
