"""CSAT, containment and cost on real rows; and who is looked after personally, so that its rule can fire."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from psycopg.types.json import Jsonb

from agents.customer import looked_after, quality
from agents.escalation.rules import Signals, evaluate, shipped
from agents.testing import Talk
from deploy.local.stack import Stack
from runtime.errors import UserError
from runtime.settings import MarketplaceReader, load
from store import pharmacy_facts
from tests.store.databases import Database, made


@pytest.fixture
def talks(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A platform database of the test's own, which the settings name."""
    with made(stack, "platform_owner", "platform") as database:
        monkeypatch.setenv("BALCAO_PLATFORM_AGENT_DSN", database.dsn("platform_agent"))
        yield database


def talk(
    connection: psycopg.Connection[Any], flows: dict[str, str], *, rating: int | None = None, escalated: bool = False,
    usd: str = "0", opened: datetime,
) -> UUID:  # fmt: skip
    """A conversation with a turn for each flow, decided by the version that it names."""
    identifier, turn = uuid4(), uuid4()
    connection.execute(
        "INSERT INTO conversations (id, channel, phone_number_id, contact, state, slots, opened_at, last_message_at,"
        " rating, rated_at) VALUES (%s, 'whatsapp', '1', %s, 'open', '{}', %s, %s, %s, %s)",
        [identifier, str(identifier), opened, opened, rating, opened if rating else None],
    )
    for number, (flow, agent) in enumerate(flows.items()):
        turn, message = uuid4(), str(uuid4())
        connection.execute(
            "INSERT INTO messages (id, conversation_id, direction, channel_message_id, kind, text, sent_at)"
            " VALUES (%s, %s, 'inbound', %s, 'text', 'oi', %s)",
            [uuid4(), identifier, message, opened],
        )
        connection.execute(
            "INSERT INTO turns (id, conversation_id, inbound_message_id, flow, flows, understanding, entities, seen,"
            " outcome, latency_ms, decided_at) VALUES (%s, %s, %s, %s, %s, 'offline', '{}', %s, 'replied', 1, %s)",
            [turn, identifier, message, flow, [flow], Jsonb({"agent": agent}), opened + timedelta(seconds=number)],
        )
    if escalated:
        connection.execute(
            "INSERT INTO escalations (id, conversation_id, turn_id, reason, priority, summary, state, created_at)"
            " VALUES (%s, %s, %s, 'anger', 'high', 'x', 'waiting', %s)",
            [uuid4(), identifier, turn, opened],
        )
    connection.execute(
        "INSERT INTO model_spend (kind, key, usd, tokens) VALUES ('conversation', %s, %s, 1)", [str(identifier), usd]
    )
    return identifier


@pytest.mark.broker
async def test_how_contacts_were_served_is_counted_by_flow_and_version(talks: Database) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(talks.dsn("platform_owner"), autocommit=True) as connection:
        talk(connection, {"order_status": "1.0", "product_price": "1.1"}, rating=5, usd="0.02", opened=now)
        talk(connection, {"order_status": "1.0"}, rating=2, escalated=True, opened=now)
        talk(connection, {"product_price": "1.1"}, opened=now)
        talk(connection, {}, rating=1, opened=now)
        talk(connection, {"order_status": "1.0"}, rating=1, opened=now - timedelta(days=40))
    found = [orjson.loads(line) for line in await quality.lines(30, as_json=True)]
    told = {(one["by"], one["name"]): one for one in found}
    assert set(told) == {
        ("all", ""), ("flow", "order_status"), ("flow", "product_price"), ("version", "1.0"), ("version", "1.1"),
    }  # fmt: skip
    whole = told["all", ""]
    assert (whole["conversations"], whole["containment"]) == (3, 0.6667), "one without a turn of ours is none of ours"
    assert (whole["rated"], whole["average"], whole["csat"]) == (2, 3.5, 0.5)
    assert Decimal(whole["usd"]) == Decimal("0.02")
    assert Decimal(whole["usd_a_conversation"]) == Decimal("0.006667")
    assert told["flow", "order_status"]["csat"] == 0.5
    assert told["version", "1.1"]["csat"] == 1.0, "the version that had the last turn"
    assert told["version", "1.0"]["containment"] == 0.0
    assert told["flow", "product_price"]["rated"] == 1
    words = await quality.lines(30, as_json=False)
    assert words[0] == "all: 3 conversations, 67% contained, CSAT 3.50 (2 rated, 50% 4-5), USD 0.006667 each"


@pytest.mark.broker
async def test_nothing_to_count_is_said(talks: Database) -> None:
    assert await quality.lines(1, as_json=False) == ["no conversation was opened in the last 1 days"]


@pytest.mark.broker
async def test_who_buys_most_is_looked_after_unless_a_person_says_otherwise(talks: Database) -> None:
    least = Decimal(1000)
    with psycopg.connect(load(MarketplaceReader).dsn.get_secret_value()) as marketplace:
        bought = marketplace.execute(
            "SELECT orders.pharmacy_id FROM orders JOIN pharmacies ON pharmacies.id = pharmacy_id"
            " WHERE placed_at >= now() - interval '30 days' AND orders.status NOT IN ('cancelled', 'returned')"
            " AND pharmacies.status = 'active' GROUP BY 1 HAVING sum(orders.total) >= 1000"
        ).fetchall()
    buyers = {row[0] for row in bought}
    assert len(buyers) > 2
    never = min(buyers)
    await looked_after.name(never, vip=False, days=30, why="contrato encerrado")
    found = await looked_after.by_volume(above=least, days=35)
    assert {one.pharmacy_id for one in found} == buyers
    assert all(one.total >= least for one in found)
    async with await psycopg.AsyncConnection.connect(talks.dsn("platform_agent")) as connection:
        now = datetime.now(UTC)
        [kept] = await pharmacy_facts.of_pharmacy(connection, never, now=now)
        assert (kept.value, kept.source) == (False, "person: contrato encerrado")
        [noted] = await pharmacy_facts.of_pharmacy(connection, max(buyers), now=now)
        assert (noted.name, noted.value, noted.source[:11]) == ("vip", True, "volume: R$ ")
        assert await pharmacy_facts.of_pharmacy(connection, max(buyers), now=now + timedelta(days=36)) == []


@pytest.mark.broker
async def test_a_pharmacy_that_does_not_exist_cannot_be_looked_after(talks: Database) -> None:
    with pytest.raises(UserError, match="no pharmacy 999999999"):
        await looked_after.name(999999999, vip=True, days=1, why="x")


@pytest.mark.unit
async def test_who_is_looked_after_gets_a_person_at_the_first_message_not_understood() -> None:
    usual, cared = Talk(object()), Talk(object())
    cared.facts = {"vip": True}
    assert (await usual.says("xyz")).escalate is None
    turn = await cared.says("xyz")
    assert turn.escalate is not None
    assert turn.escalate.reason == "vip"


@pytest.mark.unit
def test_not_being_looked_after_is_no_rule() -> None:
    assert evaluate(Signals("xyz", ("not_understood",), misses=1, vip=False), shipped()) is None
