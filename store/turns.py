"""What an agent decided about a message, and what it knew when it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row


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
