"""What agents remember of a pharmacy beyond a conversation, with its source, until it expires."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact; ``value`` is JSON. ``turn_id`` is ``None`` for one that a person entered."""

    pharmacy_id: int
    name: str
    value: Any
    source: str
    turn_id: UUID | None
    noted_at: datetime
    expires_at: datetime


async def note(connection: AsyncConnection[Any], facts: Sequence[Fact]) -> None:
    """Writes the facts in the caller's transaction; each replaces an older one of its name, never a newer one."""
    if not facts:
        return
    rows = [
        (
            fact.pharmacy_id,
            fact.name,
            Jsonb(fact.value),
            fact.source,
            fact.turn_id,
            fact.noted_at,
            fact.expires_at,
        )
        for fact in facts
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(_NOTE, rows)


async def of_pharmacy(connection: AsyncConnection[Any], pharmacy_id: int, *, now: datetime) -> list[Fact]:
    """The pharmacy's facts that hold ``now``, by name."""
    async with connection.cursor(row_factory=class_row(Fact)) as cursor:
        await cursor.execute(
            """
            SELECT pharmacy_id, name, value, source, turn_id, noted_at, expires_at
              FROM pharmacy_facts WHERE pharmacy_id = %s AND expires_at > %s ORDER BY name
            """,
            [pharmacy_id, now],
        )
        return await cursor.fetchall()


_NOTE = """
INSERT INTO pharmacy_facts AS known (pharmacy_id, name, value, source, turn_id, noted_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (pharmacy_id, name) DO UPDATE
   SET value = excluded.value, source = excluded.source, turn_id = excluded.turn_id, noted_at = excluded.noted_at,
       expires_at = excluded.expires_at
 WHERE known.noted_at <= excluded.noted_at
"""
