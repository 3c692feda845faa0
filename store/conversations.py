"""Conversations and what was said in them. Every function runs in the caller's transaction: one transaction a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store import documents

State = Literal["open", "escalated", "closed"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as it is now; ``version`` is another one after every change of its row."""

    id: UUID
    phone_number_id: str
    contact: str
    contact_id: int | None
    pharmacy_id: int | None
    state: State
    slots: dict[str, Any]
    opened_at: datetime
    last_message_at: datetime
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Between whom a conversation is held, and for which pharmacy."""

    contact: str
    phone_number_id: str
    contact_id: int | None
    pharmacy_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message of the contact, to be recorded."""

    id: UUID
    channel_message_id: str
    kind: str
    text: str | None
    reply_to: str | None
    sent_at: datetime

    def row(self) -> dict[str, Any]:
        """The columns of ``messages``."""
        return {
            "id": self.id,
            "channel_message_id": self.channel_message_id,
            "kind": self.kind,
            "text": self.text,
            "reply_to": self.reply_to,
            "sent_at": self.sent_at,
        }


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
    parties: Parties,
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
                "contact": parties.contact,
                "phone_number": parties.phone_number_id,
                "contact_id": parties.contact_id,
                "pharmacy": parties.pharmacy_id,
                "slots": Jsonb({}),
                "now": now,
            },
        )
        found = await cursor.fetchone()
    assert found is not None
    return found


async def record_inbound(connection: AsyncConnection[Any], conversation_id: UUID, messages: Sequence[Inbound]) -> bool:
    """Records messages of the contact; ``False`` when one was recorded before: then roll the transaction back."""
    cursor = await connection.execute(
        """
        INSERT INTO messages (id, conversation_id, direction, channel_message_id, kind, text, reply_to, sent_at)
        SELECT id, %s, 'inbound', channel_message_id, kind, text, reply_to, sent_at
          FROM jsonb_to_recordset(%s::jsonb)
            AS message (id uuid, channel_message_id text, kind text, text text, reply_to text, sent_at timestamptz)
        ON CONFLICT (channel_message_id) DO NOTHING
        """,
        [conversation_id, documents.dumps([message.row() for message in messages])],
    )
    return cursor.rowcount == len(messages)


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
RETURNING id, phone_number_id, contact, contact_id, pharmacy_id, state, slots, opened_at, last_message_at,
          xmin::text AS version
"""
_MESSAGES = """
SELECT * FROM (
    SELECT id, direction, channel_message_id, kind, text, sent_at
      FROM messages WHERE conversation_id = %(conversation)s
     ORDER BY sent_at DESC, recorded_at DESC LIMIT %(limit)s
) AS newest ORDER BY sent_at, newest.direction
"""
