"""Conversations that a person must take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from schemas.records.conversations import EscalationReason, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One escalation that waits for a person; ``summary`` is in Portuguese."""

    id: UUID
    conversation_id: UUID
    turn_id: UUID
    pharmacy_id: int | None
    reason: EscalationReason
    priority: Priority
    summary: str
    created_at: datetime


async def open_once(connection: AsyncConnection[Any], escalation: Escalation) -> bool:
    """Opens the escalation in the caller's transaction; ``False`` when the conversation has one that is not resolved.

    The turn must be recorded already. On ``False`` no escalation event may be published: a person knows.
    """
    cursor = await connection.execute(
        """
        INSERT INTO escalations
               (id, conversation_id, turn_id, pharmacy_id, reason, priority, summary, state, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, 'waiting', %s)
        ON CONFLICT (conversation_id) WHERE state <> 'resolved' DO NOTHING
        """,
        [
            escalation.id,
            escalation.conversation_id,
            escalation.turn_id,
            escalation.pharmacy_id,
            escalation.reason,
            escalation.priority,
            escalation.summary,
            escalation.created_at,
        ],
    )
    return cursor.rowcount == 1


async def seal(connection: AsyncConnection[Any], escalation_id: UUID, event: Mapping[str, Any]) -> None:
    """Keeps, in the caller's transaction, what the published ``event`` has beyond the escalation, and its digest."""
    await connection.execute(
        "INSERT INTO escalation_seals (escalation_id, rule, tried, facts, digest) VALUES (%s, %s, %s, %s, %s)",
        [escalation_id, event["rule"], event["tried"], event["facts"], event["digest"]],
    )


async def waiting(connection: AsyncConnection[Any], *, limit: int = 50) -> list[Escalation]:
    """The escalations nobody took yet, longest waiting first."""
    async with connection.cursor(row_factory=class_row(Escalation)) as cursor:
        await cursor.execute(
            """
            SELECT id, conversation_id, turn_id, pharmacy_id, reason, priority, summary, created_at
              FROM escalations WHERE state = 'waiting' ORDER BY created_at LIMIT %s
            """,
            [limit],
        )
        return await cursor.fetchall()
