"""A turn is one transaction, and a second delivery of its message changes nothing."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from store import conversations, escalations, outbox, turn_context, turns
from store.conversations import Conversation
from store.escalations import Escalation
from store.outbox import OutboxEvent
from store.turns import Turn
from tests.store.databases import Database

pytestmark = pytest.mark.broker

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def somebody() -> str:
    return f"55119{uuid4().int % 10**8:08d}"


async def opened(connection: AsyncConnection[Any], contact: str, *, pharmacy_id: int | None = 1) -> Conversation:
    return await conversations.open_or_get(
        connection,
        new_id=uuid4(),
        contact=contact,
        phone_number_id="100",
        contact_id=None,
        pharmacy_id=pharmacy_id,
        now=NOW,
    )


def turn_of(conversation: UUID, message_id: str) -> Turn:
    return Turn(
        id=uuid4(),
        conversation_id=conversation,
        inbound_message_id=message_id,
        flow="order_status",
        flows=["order_status", "human"],
        confidence=0.87654,
        understanding="offline",
        entities={"order_number": "10000482"},
        seen={"orders": [10000482]},
        outcome="replied",
        latency_ms=42,
        decided_at=NOW,
    )


class Seen(Exception):  # noqa: N818
    """The message had its turn."""


async def turn(connection: AsyncConnection[Any], contact: str, message_id: str) -> None:
    """A whole turn, as an agent takes it; raises ``Seen`` for a message that had its turn."""
    async with connection.transaction():
        conversation = await opened(connection, contact)
        new = await conversations.record_inbound(
            connection,
            id=uuid4(),
            conversation_id=conversation.id,
            channel_message_id=message_id,
            kind="text",
            text="Cadê meu pedido?",
            reply_to=None,
            sent_at=NOW,
        )
        if not new:
            raise Seen
        command = uuid4()
        assert await turns.record(connection, turn_of(conversation.id, message_id))
        await conversations.record_outbound(
            connection,
            command_id=command,
            conversation_id=conversation.id,
            text="Seu pedido saiu para entrega.",
            in_reply_to=message_id,
            decided_at=NOW + timedelta(seconds=1),
        )
        await conversations.change(connection, conversation.id, state="open", slots={"asked": "order_status"}, now=NOW)
        await outbox.add(
            connection,
            [OutboxEvent(id=command, aggregate_type="conversation", key=contact, topic="t", payload=b"\0\0\0\0\1abc")],
        )


async def take_turn(connection: AsyncConnection[Any], contact: str, message_id: str) -> bool:
    try:
        await turn(connection, contact, message_id)
    except Seen:
        return False
    return True


async def counts(talks: Database) -> tuple[int, ...]:
    async with await AsyncConnection.connect(talks.dsn("platform_owner")) as connection:
        cursor = await connection.execute(
            """
            SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM messages), (SELECT count(*) FROM turns),
                   (SELECT count(*) FROM outbox)
            """
        )
        row = await cursor.fetchone()
        assert row is not None
        return row


async def test_a_second_delivery_changes_nothing(agent: AsyncConnection[Any], talks: Database) -> None:
    contact, message = somebody(), f"wamid.{uuid4()}"
    assert await take_turn(agent, contact, message)
    after_first = await counts(talks)
    assert not await take_turn(agent, contact, message)
    assert await counts(talks) == after_first
    glance = await turn_context.glance(agent, message_ids=[message], contact=contact, phone_number_id="100", now=NOW)
    assert glance.taken == {message}
    assert glance.conversation is not None
    assert glance.conversation.slots == {"asked": "order_status"}
    said = await conversations.messages(agent, glance.conversation.id)
    assert [(line.direction, line.channel_message_id) for line in said] == [("inbound", message), ("outbound", None)]


async def test_two_deliveries_at_once_make_one_turn(talks: Database) -> None:
    contact, message = somebody(), f"wamid.{uuid4()}"

    async def worker() -> bool:
        async with await AsyncConnection.connect(talks.dsn("platform_agent"), autocommit=True) as connection:
            return await take_turn(connection, contact, message)

    assert sorted(await asyncio.gather(*(worker() for _ in range(4)))) == [False, False, False, True]


async def test_a_turn_waits_for_the_one_before_it(agent: AsyncConnection[Any], talks: Database) -> None:
    contact = somebody()
    async with agent.transaction():
        first = await opened(agent, contact)

        async def second() -> Conversation:
            async with await AsyncConnection.connect(talks.dsn("platform_agent")) as connection:
                return await opened(connection, contact)

        waiting = asyncio.create_task(second())
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
    assert (await asyncio.wait_for(waiting, 5)).id == first.id


async def test_after_a_conversation_is_closed_a_new_one_opens(agent: AsyncConnection[Any]) -> None:
    contact = somebody()
    first = await opened(agent, contact)
    await conversations.change(agent, first.id, state="closed", slots={}, now=NOW)
    await conversations.change(agent, first.id, state="open", slots={"late": True}, now=NOW)
    second = await opened(agent, contact)
    assert second.id != first.id
    assert (second.state, second.slots) == ("open", {})


async def test_a_stranger_becomes_a_customer(agent: AsyncConnection[Any]) -> None:
    contact = somebody()
    assert (await opened(agent, contact, pharmacy_id=None)).pharmacy_id is None
    assert (await opened(agent, contact, pharmacy_id=7)).pharmacy_id == 7


async def test_a_conversation_is_escalated_once_until_it_is_resolved(agent: AsyncConnection[Any]) -> None:
    contact, message = somebody(), f"wamid.{uuid4()}"
    await take_turn(agent, contact, message)
    glance = await turn_context.glance(agent, message_ids=[message], contact=contact, phone_number_id="100", now=NOW)
    assert glance.conversation is not None
    cursor = await agent.execute("SELECT id FROM turns WHERE inbound_message_id = %s", [message])
    [(turn_id,)] = await cursor.fetchall()
    escalation = Escalation(
        id=uuid4(),
        conversation_id=glance.conversation.id,
        turn_id=turn_id,
        pharmacy_id=1,
        reason="asked_for_person",
        priority="normal",
        summary="Quer falar com uma pessoa.",
        created_at=NOW,
    )
    assert await escalations.open_once(agent, escalation)
    assert not await escalations.open_once(agent, replace(escalation, id=uuid4()))
    assert escalation in await escalations.waiting(agent)
    await agent.execute("UPDATE escalations SET state = 'resolved', resolved_at = now() WHERE id = %s", [escalation.id])
    assert await escalations.open_once(agent, replace(escalation, id=uuid4()))


async def test_old_events_are_pruned_and_newer_ones_stay(talks: Database) -> None:
    with psycopg.connect(talks.dsn("platform_owner")) as owner:
        owner.execute("TRUNCATE outbox")
        owner.execute(
            """
            INSERT INTO outbox (id, aggregate_type, aggregate_id, topic, payload, created_at)
            SELECT gen_random_uuid(), 'conversation', 'x', 't', '\\x000000000161', now() - age * interval '1 hour'
              FROM generate_series(1, 48) AS age
            """
        )
        assert outbox.prune(owner, keep=timedelta(hours=24, minutes=30), chunk=7) == 24
        assert outbox.prune(owner, keep=timedelta(hours=24, minutes=30), chunk=7) == 0
        assert owner.execute("SELECT count(*) FROM outbox").fetchone() == (24,)
