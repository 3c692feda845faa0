"""The customer's agent on the real databases, and what it wrote there: fixtures of the stack's tests."""

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
from agents.flows.catalogue import CATALOGUE
from agents.flows.registry import Flows
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Understanding
from runtime.clock import SystemClock
from runtime.codec import Decoder, Encoder
from runtime.records import Record
from runtime.registry import Registry
from runtime.settings import MarketplaceAgent, MarketplaceReader, PlatformAgent, PlatformOwner, RegistrySettings, load
from schemas.records.conversations import InboundMessage
from schemas.topics import INBOUND
from store.pool import pool


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
async def agent(agent_without_databases: CustomerAgent) -> AsyncIterator[CustomerAgent]:
    await agent_without_databases.start()
    yield agent_without_databases
    await agent_without_databases.stop()


@pytest.fixture
def agent_without_databases(registry: Registry, offline: OfflineUnderstanding) -> CustomerAgent:
    return make_agent(registry, offline)


def make_agent(registry: Registry, understanding: Understanding, flows: Flows = CATALOGUE) -> CustomerAgent:
    """An agent over the stack's databases, not started."""
    return CustomerAgent(
        platform=pool(load(PlatformAgent).dsn, application="test"),
        marketplace=pool(load(MarketplaceReader).dsn, application="test"),
        writer=pool(load(MarketplaceAgent).dsn, application="test"),
        search=search_by_name,
        encoder=Encoder(registry),
        clock=SystemClock(),
        understanding=understanding,
        flows=flows,
    )


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
    async with asyncio.timeout(60):
        await agent.handle(INBOUND, 0, record)
