"""What a turn needs to know before it decides, read without a lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from store.conversations import Conversation


@dataclass(frozen=True, slots=True)
class Glance:
    """``taken`` has the messages that had their turn; ``conversation`` is the contact's one that is not closed.

    ``facts`` are what is remembered of the pharmacy ``facts_of``: the one the contact spoke for when it last wrote,
    ``None`` for a contact that never did. Who uses them compares that with the identity.
    """

    taken: frozenset[str]
    conversation: Conversation | None
    facts_of: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def glance(
    connection: AsyncConnection[Any],
    *,
    message_ids: Sequence[str],
    contact: str,
    phone_number_id: str,
    now: datetime,
) -> Glance:
    """The state as of now, in one round trip. It may change before the turn's transaction, which has to compare."""
    cursor = await connection.execute(
        _GLANCE, {"ids": list(message_ids), "contact": contact, "number": phone_number_id, "now": now}
    )
    row = await cursor.fetchone()
    assert row is not None
    taken, facts_of, facts, *found = row
    conversation = Conversation(*found) if found[0] is not None else None
    return Glance(taken=frozenset(taken), conversation=conversation, facts_of=facts_of, facts=facts)


_GLANCE = """
WITH speaks_for AS (
    SELECT pharmacy_id FROM conversations WHERE contact = %(contact)s ORDER BY last_message_at DESC LIMIT 1
)
SELECT ARRAY(SELECT channel_message_id FROM messages WHERE channel_message_id = ANY(%(ids)s)) AS taken,
       (SELECT pharmacy_id FROM speaks_for) AS facts_of,
       (SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM pharmacy_facts
         WHERE pharmacy_id = (SELECT pharmacy_id FROM speaks_for) AND expires_at > %(now)s) AS facts,
       conversation.*
  FROM (VALUES (1)) AS always
  LEFT JOIN (
      SELECT id, phone_number_id, contact, contact_id, pharmacy_id, state, slots, opened_at, last_message_at,
             xmin::text AS version
        FROM conversations WHERE contact = %(contact)s AND phone_number_id = %(number)s AND state <> 'closed'
  ) AS conversation ON true
"""
