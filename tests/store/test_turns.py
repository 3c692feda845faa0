"""A turn is one transaction, and a second delivery of its message changes nothing."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from store import conversations, escalations, outbox, turn_context, turn_writes, turns
from store.conversations import Conversation, Inbound, Parties
from store.escalations import Escalation
from store.outbox import OutboxEvent
from store.turn_context import Glance
from store.turn_writes import Outbound, TurnWrite
from store.turns import Turn
from tests.store.databases import Database

pytestmark = pytest.mark.broker

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def somebody() -> str:
    return f"55119{uuid4().int % 10**8:08d}"


def parties(contact: str, pharmacy_id: int | None = 1) -> Parties:
    return Parties(contact=contact, phone_number_id="100", contact_id=None, pharmacy_id=pharmacy_id)


async def opened(connection: AsyncConnection[Any], contact: str, *, pharmacy_id: int | None = 1) -> Conversation:
    return await conversations.open_or_get(connection, new_id=uuid4(), parties=parties(contact, pharmacy_id), now=NOW)


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


def written(seen: Conversation | None, contact: str, message_id: str, *, messages: int = 1) -> TurnWrite:
    """A whole turn, as an agent writes it; the first message is the one it answers."""
    command = uuid4()
    return TurnWrite(
        seen=seen,
        parties=parties(contact),
        messages=[
            Inbound(
                id=uuid4(),
                channel_message_id=message_id if not number else f"{message_id}/{number}",
                kind="text",
                text="Cadê meu pedido?",
                reply_to=None,
                sent_at=NOW,
            )
            for number in range(messages)
        ],
        turn=turn_of(seen.id if seen else uuid4(), message_id),
        outbound=Outbound(command_id=command, text="Seu pedido saiu para entrega.", in_reply_to=message_id),
        events=[OutboxEvent(id=command, aggregate_type="reply", key=contact, topic="t", payload=b"\0\0\0\0\1abc")],
        state="open",
        slots={"asked": "order_status"},
        now=NOW + timedelta(seconds=1),
    )


async def take_turn(connection: AsyncConnection[Any], contact: str, message_id: str) -> bool:
    glance = await glanced(connection, contact, message_id)
    return await turn_writes.write(connection, written(glance.conversation, contact, message_id))


async def glanced(connection: AsyncConnection[Any], contact: str, message_id: str) -> Glance:
    return await turn_context.glance(
        connection, message_ids=[message_id], contact=contact, phone_number_id="100", now=NOW
    )


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
    glance = await glanced(agent, contact, message)
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
    assert (await asyncio.wait_for(waiting, 60)).id == first.id


async def test_after_a_conversation_is_closed_a_new_one_opens(agent: AsyncConnection[Any]) -> None:
    contact = somebody()
    first = await opened(agent, contact)
    assert await conversations.resolve(agent, first.id, now=NOW)
    assert not await turn_writes.write(agent, written(first, contact, f"wamid.{uuid4()}"))
    second = await opened(agent, contact)
    assert second.id != first.id
    assert (second.state, second.slots) == ("open", {})


async def test_a_turn_decided_on_what_is_no_more_writes_nothing(agent: AsyncConnection[Any], talks: Database) -> None:
    contact = somebody()
    assert await take_turn(agent, contact, f"wamid.{uuid4()}")
    seen = (await glanced(agent, contact, "none")).conversation
    assert seen is not None
    assert not await turn_writes.write(agent, written(None, contact, f"wamid.{uuid4()}")), "one is open already"
    await agent.execute("UPDATE conversations SET state = 'escalated' WHERE id = %s", [seen.id])
    before = await counts(talks)
    assert not await turn_writes.write(agent, written(seen, contact, f"wamid.{uuid4()}"))
    assert await counts(talks) == before
    now = (await glanced(agent, contact, "none")).conversation
    assert now is not None
    assert now.version != seen.version
    assert await turn_writes.write(agent, written(now, contact, f"wamid.{uuid4()}"))


async def test_a_burst_is_recorded_whole_or_not_at_all(agent: AsyncConnection[Any], talks: Database) -> None:
    contact, message = somebody(), f"wamid.{uuid4()}"
    async with agent.transaction():
        held = await opened(agent, contact)
        assert await turn_writes.write(agent, written(held, contact, message, messages=3)), "our own lock is no change"
    seen = (await glanced(agent, contact, message)).conversation
    assert seen is not None
    before = await counts(talks)
    again = written(seen, contact, f"wamid.{uuid4()}", messages=2)
    again = replace(again, messages=[*again.messages, written(seen, contact, f"{message}/2").messages[0]])
    assert not await turn_writes.write(agent, again), "its last message was recorded before"
    assert await counts(talks) == before
    said = await conversations.messages(agent, seen.id)
    assert [line.direction for line in said].count("inbound") == 3


async def test_integers_beyond_64_bits_are_kept(agent: AsyncConnection[Any]) -> None:
    contact, message = somebody(), f"wamid.{uuid4()}"
    made = written(None, contact, message)
    made = replace(made, turn=replace(made.turn, seen={"amount": 10**30}))
    assert await turn_writes.write(agent, made)
    [kept] = await turns.of_conversation(agent, made.turn.conversation_id)
    assert kept.seen == {"amount": 10**30}


async def test_a_stranger_becomes_a_customer(agent: AsyncConnection[Any]) -> None:
    contact = somebody()
    assert (await opened(agent, contact, pharmacy_id=None)).pharmacy_id is None
    assert (await opened(agent, contact, pharmacy_id=7)).pharmacy_id == 7


async def test_a_conversation_is_escalated_once_until_it_is_resolved(agent: AsyncConnection[Any]) -> None:
    contact, message = somebody(), f"wamid.{uuid4()}"
    await take_turn(agent, contact, message)
    glance = await glanced(agent, contact, message)
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
