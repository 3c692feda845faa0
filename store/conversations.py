"""Conversations and what was said in them. Every function runs in the caller's transaction: one transaction a turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

State = Literal["open", "escalated", "closed"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as it is now."""

    id: UUID
    phone_number_id: str
    contact: str
    contact_id: int | None
    pharmacy_id: int | None
    state: State
    slots: dict[str, Any]
    opened_at: datetime
    last_message_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """Something said, by the contact (``inbound``) or by us."""

    id: UUID
    direction: Literal["inbound", "outbound"]
    channel_message_id: str | None
    kind: str
    text: str | None
    sent_at: datetime


async def open_or_get(
    connection: AsyncConnection[Any],
    *,
    new_id: UUID,
    contact: str,
    phone_number_id: str,
    contact_id: int | None,
    pharmacy_id: int | None,
    now: datetime,
) -> Conversation:
    """The contact's conversation that is not closed, opened with ``new_id`` when there is none.

    Its row is locked until the transaction ends: a second turn of the same contact waits here. Who the contact is gets
    refreshed, because a stranger may have become a customer.
    """
    async with connection.cursor(row_factory=class_row(Conversation)) as cursor:
        await cursor.execute(
            _OPEN_OR_GET,
            {
                "id": new_id,
                "contact": contact,
                "phone_number": phone_number_id,
                "contact_id": contact_id,
                "pharmacy": pharmacy_id,
                "slots": Jsonb({}),
                "now": now,
            },
        )
        found = await cursor.fetchone()
    assert found is not None
    return found


async def record_inbound(
    connection: AsyncConnection[Any],
    *,
    id: UUID,  # noqa: A002 - the column's name
    conversation_id: UUID,
    channel_message_id: str,
    kind: str,
    text: str | None,
    reply_to: str | None,
    sent_at: datetime,
) -> bool:
    """Records a message of the contact; ``False`` when it was recorded before: then roll the transaction back."""
    cursor = await connection.execute(
        """
        INSERT INTO messages (id, conversation_id, direction, channel_message_id, kind, text, reply_to, sent_at)
        VALUES (%s, %s, 'inbound', %s, %s, %s, %s, %s)
        ON CONFLICT (channel_message_id) DO NOTHING
        """,
        [id, conversation_id, channel_message_id, kind, text, reply_to, sent_at],
    )
    return cursor.rowcount == 1


async def record_outbound(
    connection: AsyncConnection[Any],
    *,
    command_id: UUID,
    conversation_id: UUID,
    text: str,
    in_reply_to: str | None,
    decided_at: datetime,
) -> None:
    """Records a message that the turn decided to send; ``command_id`` is also that of its ``Reply``."""
    await connection.execute(
        """
        INSERT INTO messages (id, conversation_id, direction, kind, text, reply_to, sent_at)
        VALUES (%s, %s, 'outbound', 'text', %s, %s, %s)
        """,
        [command_id, conversation_id, text, in_reply_to, decided_at],
    )


async def change(
    connection: AsyncConnection[Any], conversation_id: UUID, *, state: State, slots: Mapping[str, Any], now: datetime
) -> None:
    """Keeps what the turn left: the state and what the flows remember. A closed conversation stays closed for ever."""
    await connection.execute(
        """
        UPDATE conversations
           SET state = %(state)s, slots = %(slots)s, closed_at = CASE WHEN %(state)s = 'closed' THEN %(now)s END
         WHERE id = %(id)s AND state <> 'closed'
        """,
        {"id": conversation_id, "state": state, "slots": Jsonb(dict(slots)), "now": now},
    )


async def rate(connection: AsyncConnection[Any], conversation_id: UUID, *, rating: int, now: datetime) -> None:
    """Keeps how well the contact says we helped, 1 to 5; a later word replaces an earlier one."""
    await connection.execute(
        "UPDATE conversations SET rating = %s, rated_at = %s WHERE id = %s", [rating, now, conversation_id]
    )


async def hand_back(connection: AsyncConnection[Any], conversation_id: UUID, *, now: datetime) -> bool:
    """A person is done and the agent goes on, remembering nothing of what was said before; ``False`` when none had it.

    In the caller's transaction. The escalation is resolved with it.
    """
    return await _leave(connection, conversation_id, "open", now)


async def resolve(connection: AsyncConnection[Any], conversation_id: UUID, *, now: datetime) -> bool:
    """The conversation is over; the contact's next message begins another. ``False`` when it was over before.

    In the caller's transaction. An escalation that waits is resolved with it.
    """
    return await _leave(connection, conversation_id, "closed", now)


async def _leave(connection: AsyncConnection[Any], conversation_id: UUID, state: State, now: datetime) -> bool:
    cursor = await connection.execute(
        """
        UPDATE conversations
           SET state = %(state)s, slots = '{}', closed_at = CASE WHEN %(state)s = 'closed' THEN %(now)s END
         WHERE id = %(id)s AND state = ANY(%(before)s)
        """,
        {
            "id": conversation_id,
            "state": state,
            "now": now,
            "before": ["escalated"] if state == "open" else ["open", "escalated"],
        },
    )
    if cursor.rowcount:
        await connection.execute(
            "UPDATE escalations SET state = 'resolved', resolved_at = %s "
            "WHERE conversation_id = %s AND state <> 'resolved'",
            [now, conversation_id],
        )
    return cursor.rowcount == 1


async def messages(connection: AsyncConnection[Any], conversation_id: UUID, *, limit: int = 20) -> list[Message]:
    """The newest messages of the conversation, oldest first."""
    async with connection.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute(_MESSAGES, {"conversation": conversation_id, "limit": limit})
        return await cursor.fetchall()


_OPEN_OR_GET = """
INSERT INTO conversations AS conversation
       (id, channel, phone_number_id, contact, contact_id, pharmacy_id, state, slots, opened_at, last_message_at)
VALUES (%(id)s, 'whatsapp', %(phone_number)s, %(contact)s, %(contact_id)s, %(pharmacy)s, 'open', %(slots)s, %(now)s,
        %(now)s)
ON CONFLICT (contact, phone_number_id) WHERE state <> 'closed' DO UPDATE
   SET contact_id = excluded.contact_id, pharmacy_id = excluded.pharmacy_id,
       last_message_at = greatest(conversation.last_message_at, excluded.last_message_at)
RETURNING id, phone_number_id, contact, contact_id, pharmacy_id, state, slots, opened_at, last_message_at
"""
_MESSAGES = """
SELECT * FROM (
    SELECT id, direction, channel_message_id, kind, text, sent_at
      FROM messages WHERE conversation_id = %(conversation)s
     ORDER BY sent_at DESC, recorded_at DESC LIMIT %(limit)s
) AS newest ORDER BY sent_at, newest.direction
"""
