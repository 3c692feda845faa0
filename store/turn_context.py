"""What a turn needs to know before it decides, read without a lock."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from store.conversations import Conversation


@dataclass(frozen=True, slots=True)
class Glance:
    """``taken`` says that the message had its turn; ``conversation`` is the contact's one that is not closed."""

    taken: bool
    conversation: Conversation | None


async def glance(connection: AsyncConnection[Any], *, message_id: str, contact: str, phone_number_id: str) -> Glance:
    """The state as of now. It may change before the turn's transaction, which has to compare."""
    cursor = await connection.execute("SELECT EXISTS (SELECT FROM turns WHERE inbound_message_id = %s)", [message_id])
    row = await cursor.fetchone()
    assert row is not None
    async with connection.cursor(row_factory=class_row(Conversation)) as conversations:
        await conversations.execute(_NOT_CLOSED, [contact, phone_number_id])
        return Glance(taken=row[0], conversation=await conversations.fetchone())


_NOT_CLOSED = """
SELECT id, phone_number_id, contact, contact_id, pharmacy_id, state, slots, opened_at, last_message_at
  FROM conversations WHERE contact = %s AND phone_number_id = %s AND state <> 'closed'
"""
