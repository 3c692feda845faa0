"""How well contacts were served: containment, their ratings (CSAT) and what models cost, by flow and agent version."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Quality:
    """Conversations of one kind. ``name`` is the flow or version, empty for all.

    ``contained`` were never handed to a person; ``rated`` have a rating of 1 to 5, ``satisfied`` one of 4 or 5.
    ``usd`` is what models cost in them; reading pictures and voices is counted by the day only, and not in here.
    """

    by: Literal["all", "flow", "version"]
    name: str
    conversations: int
    contained: int
    rated: int
    average: Decimal | None
    satisfied: int
    usd: Decimal

    @property
    def containment(self) -> float:
        """The share that no person had to take."""
        return self.contained / self.conversations

    @property
    def csat(self) -> float | None:
        """The share of ratings that are 4 or 5; ``None`` without any."""
        return self.satisfied / self.rated if self.rated else None


async def since(connection: AsyncConnection[Any], moment: datetime) -> list[Quality]:
    """Conversations opened since then in which the agent had a turn: all, by each flow they took, by version.

    A conversation counts once for each of its flows; its version is that of its last turn.
    """
    async with connection.cursor(row_factory=class_row(Quality)) as cursor:
        await cursor.execute(_QUERY, [moment])
        return await cursor.fetchall()


_QUERY = """
WITH talks AS (
    SELECT conversations.id, conversations.rating, taken.flows, taken.version,
           EXISTS (SELECT FROM escalations WHERE escalations.conversation_id = conversations.id) AS escalated,
           coalesce((SELECT usd FROM model_spend
                      WHERE kind = 'conversation' AND key = conversations.id::text), 0) AS usd
      FROM conversations
     CROSS JOIN LATERAL (
         SELECT array_agg(DISTINCT flow) AS flows,
                coalesce((array_agg(seen ->> 'agent' ORDER BY decided_at DESC))[1], 'unknown') AS version
           FROM turns WHERE turns.conversation_id = conversations.id AND turns.outcome <> 'silent'
     ) AS taken
     WHERE conversations.opened_at >= %s AND taken.flows IS NOT NULL
), counted AS (
    SELECT 'all' AS by, '' AS name, talks.* FROM talks
    UNION ALL
    SELECT 'flow', flow, talks.* FROM talks CROSS JOIN LATERAL unnest(talks.flows) AS flow
    UNION ALL
    SELECT 'version', version, talks.* FROM talks
)
SELECT by, name, count(*) AS conversations, count(*) FILTER (WHERE NOT escalated) AS contained,
       count(rating) AS rated, round(avg(rating), 2) AS average, count(*) FILTER (WHERE rating >= 4) AS satisfied,
       sum(usd) AS usd
  FROM counted
 GROUP BY by, name
 ORDER BY by, conversations DESC, name
"""
