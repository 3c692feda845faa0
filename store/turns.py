"""What an agent decided about a message, and what it knew when it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn. ``confidence`` lies in 0..1; ``entities`` and ``seen`` are JSON; ``latency_ms`` from the webhook on."""

    id: UUID
    conversation_id: UUID
    inbound_message_id: str
    flow: str
    flows: Sequence[str]
    confidence: float | None
    understanding: str
    entities: Mapping[str, Any]
    seen: Mapping[str, Any]
    outcome: str
    latency_ms: int
    decided_at: datetime


async def record(connection: AsyncConnection[Any], turn: Turn) -> bool:
    """Records the turn in the caller's transaction; ``False`` when the message had its turn before.

    The inbound message must be recorded already, or else ``psycopg.errors.ForeignKeyViolation``.
    """
    cursor = await connection.execute(
        _RECORD,
        {
            "id": turn.id,
            "conversation": turn.conversation_id,
            "inbound": turn.inbound_message_id,
            "flow": turn.flow,
            "flows": list(turn.flows),
            "confidence": None if turn.confidence is None else Decimal(str(round(turn.confidence, 3))),
            "understanding": turn.understanding,
            "entities": Jsonb(dict(turn.entities)),
            "seen": Jsonb(dict(turn.seen)),
            "outcome": turn.outcome,
            "latency": turn.latency_ms,
            "decided_at": turn.decided_at,
        },
    )
    return cursor.rowcount == 1


async def of_conversation(connection: AsyncConnection[Any], conversation_id: UUID) -> list[Turn]:
    """The conversation's turns, oldest first."""
    async with connection.cursor(row_factory=class_row(Turn)) as cursor:
        await cursor.execute(
            """
            SELECT id, conversation_id, inbound_message_id, flow, flows, confidence::float8 AS confidence,
                   understanding, entities, seen, outcome, latency_ms, decided_at
              FROM turns WHERE conversation_id = %s ORDER BY decided_at, id
            """,
            [conversation_id],
        )
        return await cursor.fetchall()


_RECORD = """
INSERT INTO turns (id, conversation_id, inbound_message_id, flow, flows, confidence, understanding, entities, seen,
                   outcome, latency_ms, decided_at)
VALUES (%(id)s, %(conversation)s, %(inbound)s, %(flow)s, %(flows)s, %(confidence)s, %(understanding)s, %(entities)s,
        %(seen)s, %(outcome)s, %(latency)s, %(decided_at)s)
ON CONFLICT (inbound_message_id) DO NOTHING
"""
