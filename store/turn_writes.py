"""Writes a turn in one statement: one round trip, and one commit where nothing else belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from store import documents
from store.conversations import Conversation, Inbound, Parties, State
from store.outbox import OutboxEvent
from store.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """What the turn says; ``command_id`` is also that of its ``Reply``."""

    command_id: UUID
    text: str
    in_reply_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnWrite:
    """A turn with all that it leaves.

    It was decided on the conversation ``seen``, or on none: then ``turn.conversation_id`` is opened. ``messages`` are
    those not recorded yet. ``state`` and ``slots`` are the conversation's from now on.
    """

    seen: Conversation | None
    parties: Parties
    messages: Sequence[Inbound]
    turn: Turn
    outbound: Outbound | None
    events: Sequence[OutboxEvent]
    state: State
    slots: Mapping[str, Any]
    now: datetime


async def write(connection: AsyncConnection[Any], written: TurnWrite) -> bool:
    """Writes all of it, or nothing and gives ``False``: then roll the transaction back, if there is one.

    ``False`` when the conversation is not as it was seen, or a message or the turn was written before. Locks the
    conversation until the transaction ends; waits for another turn that has it.
    """
    try:
        cursor = await connection.execute(_WRITE, _parameters(written))
    except UniqueViolation as error:
        if error.diag.constraint_name in _TAKEN_BEFORE:
            return False
        raise
    return cursor.rowcount == 1


def _parameters(written: TurnWrite) -> dict[str, Any]:
    turn, parties, said = written.turn, written.parties, written.outbound
    return {
        "conversation": turn.conversation_id,
        "version": written.seen.version if written.seen else None,
        "phone_number": parties.phone_number_id,
        "contact": parties.contact,
        "contact_id": parties.contact_id,
        "pharmacy": parties.pharmacy_id,
        "state": written.state,
        "slots": documents.dumps(written.slots),
        "now": written.now,
        "messages": documents.dumps([message.row() for message in written.messages]),
        "turn": turn.id,
        "inbound": turn.inbound_message_id,
        "flow": turn.flow,
        "flows": list(turn.flows),
        "confidence": None if turn.confidence is None else Decimal(str(round(turn.confidence, 3))),
        "understanding": turn.understanding,
        "entities": documents.dumps(turn.entities),
        "seen": documents.dumps(turn.seen),
        "outcome": turn.outcome,
        "latency": turn.latency_ms,
        "decided_at": turn.decided_at,
        "command": said.command_id if said else None,
        "text": said.text if said else None,
        "in_reply_to": said.in_reply_to if said else None,
        "events": documents.dumps([event.row() for event in written.events]),
    }


_TAKEN_BEFORE = frozenset(
    {
        "conversations_pkey",
        "messages_pkey",
        "messages_channel_message_id_key",
        "turns_pkey",
        "turns_inbound_message_id_key",
    }
)
"""What another delivery of a message violates, or the end that the conversation came to meanwhile."""
_WRITE = """
WITH kept AS (
    INSERT INTO conversations AS conversation
           (id, channel, phone_number_id, contact, contact_id, pharmacy_id, state, slots, opened_at, last_message_at)
    VALUES (%(conversation)s, 'whatsapp', %(phone_number)s, %(contact)s, %(contact_id)s, %(pharmacy)s, %(state)s,
            %(slots)s::jsonb, %(now)s, %(now)s)
    ON CONFLICT (contact, phone_number_id) WHERE state <> 'closed' DO UPDATE
       SET contact_id = excluded.contact_id, pharmacy_id = excluded.pharmacy_id, state = excluded.state,
           slots = excluded.slots, last_message_at = greatest(conversation.last_message_at, excluded.last_message_at)
     WHERE conversation.id = excluded.id AND conversation.xmin::text = %(version)s::text
    RETURNING id
), heard AS (
    INSERT INTO messages (id, conversation_id, direction, channel_message_id, kind, text, reply_to, sent_at)
    SELECT message.id, kept.id, 'inbound', message.channel_message_id, message.kind, message.text, message.reply_to,
           message.sent_at
      FROM kept CROSS JOIN jsonb_to_recordset(%(messages)s::jsonb)
        AS message (id uuid, channel_message_id text, kind text, text text, reply_to text, sent_at timestamptz)
), taken AS (
    INSERT INTO turns (id, conversation_id, inbound_message_id, flow, flows, confidence, understanding, entities, seen,
                       outcome, latency_ms, decided_at)
    SELECT %(turn)s::uuid, kept.id, %(inbound)s, %(flow)s, %(flows)s::text[], %(confidence)s::numeric,
           %(understanding)s, %(entities)s::jsonb, %(seen)s::jsonb, %(outcome)s, %(latency)s::integer,
           %(decided_at)s::timestamptz
      FROM kept
), said AS (
    INSERT INTO messages (id, conversation_id, direction, kind, text, reply_to, sent_at)
    SELECT %(command)s::uuid, kept.id, 'outbound', 'text', %(text)s::text, %(in_reply_to)s::text, %(now)s
      FROM kept WHERE %(command)s::uuid IS NOT NULL
), sent AS (
    INSERT INTO outbox (id, aggregate_type, aggregate_id, topic, payload)
    SELECT event.id, event.aggregate_type, event.aggregate_id, event.topic, decode(event.payload, 'hex')
      FROM kept CROSS JOIN ROWS FROM (
          jsonb_to_recordset(%(events)s::jsonb)
              AS (id uuid, aggregate_type text, aggregate_id text, topic text, payload text)
      ) WITH ORDINALITY AS event (id, aggregate_type, aggregate_id, topic, payload, place)
     ORDER BY event.place
)
SELECT id FROM kept
"""
