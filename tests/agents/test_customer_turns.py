"""A turn on the real databases: once in effect, whatever is delivered twice or dies in between."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from agents.customer.processor import CustomerAgent
from agents.understanding.offline import OfflineUnderstanding
from runtime.clock import SystemClock
from runtime.codec import Decoder, Encoder
from runtime.records import Record
from runtime.registry import Registry
from runtime.settings import MarketplaceReader, PlatformAgent, PlatformOwner, RegistrySettings, load
from schemas.records.conversations import InboundMessage
from schemas.topics import ESCALATION, INBOUND, REPLY
from store import outbox
from store.pool import pool

pytestmark = pytest.mark.broker


async def search_by_name(words: str, limit: int) -> Sequence[tuple[int, float]]:
    """The index's part, done by the database."""
    dsn = load(MarketplaceReader).dsn.get_secret_value()
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        cursor = await connection.execute(
            "SELECT id FROM products WHERE name ILIKE %s ORDER BY id LIMIT %s",
            [f"%{words.split(maxsplit=1)[0]}%", limit],
        )
        return [(row[0], 1.0) for row in await cursor.fetchall()]


@pytest.fixture
def registry(stack: Any) -> Any:
    made = Registry(load(RegistrySettings))
    yield made
    made.close()


@pytest.fixture
async def agent(registry: Registry, offline: OfflineUnderstanding) -> AsyncIterator[CustomerAgent]:
    made = CustomerAgent(
        platform=pool(load(PlatformAgent).dsn, application="test"),
        marketplace=pool(load(MarketplaceReader).dsn, application="test"),
        search=search_by_name,
        encoder=Encoder(registry),
        clock=SystemClock(),
        understanding=offline,
    )
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def contact(stack: Any) -> dict[str, Any]:
    """A contact who may ask, with the newest order of the pharmacy."""
    dsn = load(MarketplaceReader).dsn.get_secret_value()
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        found = connection.execute(
            """
            SELECT contacts.whatsapp_id, contacts.pharmacy_id,
                   (SELECT max(number) FROM orders WHERE pharmacy_id = pharmacies.id) AS own,
                   (SELECT number FROM orders WHERE pharmacy_id <> pharmacies.id LIMIT 1) AS foreign_order
              FROM contacts JOIN pharmacies ON pharmacies.id = contacts.pharmacy_id
             WHERE contacts.whatsapp_id IS NOT NULL AND consent = 'granted' AND pharmacies.status = 'active'
               AND EXISTS (SELECT FROM orders WHERE pharmacy_id = pharmacies.id)
             ORDER BY md5(contacts.id::text || %s) LIMIT 1
            """,
            [secrets.token_hex(4)],
        ).fetchone()
    assert found is not None
    return found


@pytest.fixture
def write(contact: dict[str, Any]) -> Callable[..., Record]:
    """Makes records of one new conversation: the business number is the test's own."""
    number = str(secrets.randbelow(10**15))

    def make(text: str | None, **changes: Any) -> Record:
        now = datetime.now(UTC)
        message = {
            "message_id": f"wamid.{uuid4()}",
            "phone_number_id": number,
            "contact": contact["whatsapp_id"],
            "contact_name": None,
            "kind": "text",
            "text": text,
            "reply_to": None,
            "sent_at": now,
            "received_at": now,
            "payload": "{}",
            **changes,
        }
        return Record(0, 0, message["contact"], message, {}, b"", b"")

    return make


class Platform:
    """What the platform database holds of one business number."""

    def __init__(self, registry: Registry) -> None:
        self._decoder = Decoder(registry)

    def rows(self, query: str, message: InboundMessage) -> list[dict[str, Any]]:
        with psycopg.connect(load(PlatformOwner).dsn.get_secret_value(), row_factory=dict_row) as connection:
            return connection.execute(query.encode(), {"number": message["phone_number_id"]}).fetchall()

    def turns(self, message: InboundMessage) -> list[dict[str, Any]]:
        return self.rows(
            "SELECT turns.* FROM turns JOIN conversations ON conversations.id = conversation_id "
            "WHERE phone_number_id = %(number)s ORDER BY decided_at",
            message,
        )

    def messages(self, message: InboundMessage) -> list[dict[str, Any]]:
        return self.rows(
            "SELECT messages.* FROM messages JOIN conversations ON conversations.id = conversation_id "
            "WHERE phone_number_id = %(number)s ORDER BY recorded_at, direction",
            message,
        )

    def events(self, message: InboundMessage, topic: str) -> list[dict[str, Any]]:
        rows = self.rows(f"SELECT payload FROM outbox WHERE topic = '{topic}' ORDER BY created_at", message)
        values = [self._decoder.decode(bytes(row["payload"])) for row in rows]
        turns = {str(turn["id"]) for turn in self.turns(message)}
        return [value for value in values if value["turn_id"] in turns]


@pytest.fixture
def platform_rows(registry: Registry) -> Platform:
    return Platform(registry)


async def deliver(agent: CustomerAgent, record: Record) -> None:
    async with asyncio.timeout(30):
        await agent.handle(INBOUND, 0, record)


async def test_a_second_delivery_changes_nothing(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write(f"cadê meu pedido {contact['own']}?")
    for _ in range(3):
        await deliver(agent, record)
    message = record.value
    [turn] = platform_rows.turns(message)
    assert (turn["flow"], turn["outcome"], turn["understanding"]) == ("order_status", "replied", "offline")
    assert turn["entities"] == {"order_number": [contact["own"]]}
    assert [row["direction"] for row in platform_rows.messages(message)] == ["inbound", "outbound"]
    [reply] = platform_rows.events(message, REPLY.name)
    assert contact["own"] in reply["text"]
    assert reply["in_reply_to"] == message["message_id"]
    assert reply["contact"] == contact["whatsapp_id"]


async def test_two_deliveries_at_the_same_time_are_one_turn(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform
) -> None:
    record = write("quero falar com um atendente")
    await asyncio.gather(*(deliver(agent, record) for _ in range(4)))
    assert len(platform_rows.turns(record.value)) == 1
    assert len(platform_rows.events(record.value, REPLY.name)) == 1
    assert len(platform_rows.events(record.value, ESCALATION.name)) == 1


async def test_connection_that_dies_before_the_commit_leaves_nothing_and_loses_nothing(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = write("oi, bom dia")
    add = outbox.add
    died: list[Any] = []

    async def dies(connection: Any, events: Any) -> None:
        await add(connection, events)
        monkeypatch.setattr(outbox, "add", add)
        died.append(connection)
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(outbox, "add", dies)
    await deliver(agent, record)
    assert died
    assert len(platform_rows.turns(record.value)) == 1
    assert len(platform_rows.events(record.value, REPLY.name)) == 1


async def test_failure_inside_the_transaction_leaves_nothing_behind(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = write("oi, bom dia")

    async def breaks(connection: Any, events: Any) -> None:
        raise RuntimeError("as planned")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(outbox, "add", breaks)
        await deliver(agent, record)
    assert platform_rows.turns(record.value) == []
    assert platform_rows.messages(record.value) == []
    await deliver(agent, record)
    assert len(platform_rows.events(record.value, REPLY.name)) == 1


async def test_agent_is_silent_while_a_person_holds_the_conversation(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform
) -> None:
    await deliver(agent, write("me chama um atendente"))
    record = write("cadê meu pedido?")
    await deliver(agent, record)
    first, second = platform_rows.turns(record.value)
    assert (first["outcome"], second["outcome"]) == ("escalated", "silent")
    assert len(platform_rows.events(record.value, REPLY.name)) == 1
    assert [row["text"] for row in platform_rows.messages(record.value) if row["direction"] == "inbound"] == [
        "me chama um atendente",
        "cadê meu pedido?",
    ]
    [event] = platform_rows.events(record.value, ESCALATION.name)
    assert (event["reason"], event["priority"]) == ("asked_for_person", "normal")
    assert "pediu para falar com uma pessoa" in event["summary"]
    assert "me chama um atendente" in event["summary"]


async def test_person_who_takes_over_while_a_turn_is_decided_is_not_talked_over(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await deliver(agent, write("oi"))
    record = write("cadê meu pedido?")
    identify = agent._identify
    taken: list[str] = []

    async def taken_meanwhile(contact: str) -> Any:
        if not taken:
            taken.append(contact)
            with psycopg.connect(load(PlatformOwner).dsn.get_secret_value()) as other:
                other.execute(
                    "UPDATE conversations SET state = 'escalated' WHERE phone_number_id = %s",
                    [record.value["phone_number_id"]],
                )
        return await identify(contact)

    monkeypatch.setattr(agent, "_identify", taken_meanwhile)
    await deliver(agent, record)
    assert [turn["outcome"] for turn in platform_rows.turns(record.value)] == ["replied", "silent"]


async def test_another_pharmacys_order_is_not_told(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write(f"cadê o pedido {contact['foreign_order']}?")
    await deliver(agent, record)
    [reply] = platform_rows.events(record.value, REPLY.name)
    assert "Não encontrei o pedido" in reply["text"]
    assert "R$" not in reply["text"]


async def test_stranger_gets_an_answer_without_data(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write(f"cadê o pedido {contact['own']}?", contact="5500000000000")
    await deliver(agent, record)
    [reply] = platform_rows.events(record.value, REPLY.name)
    assert "Não encontrei este número no cadastro" in reply["text"]
    [turn] = platform_rows.turns(record.value)
    assert turn["seen"]["calls"] == []


async def test_reaction_is_recorded_and_not_answered(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform
) -> None:
    record = write("👍", kind="other", payload='{"type": "reaction"}')
    await deliver(agent, record)
    [turn] = platform_rows.turns(record.value)
    assert turn["outcome"] == "silent"
    assert platform_rows.events(record.value, REPLY.name) == []
