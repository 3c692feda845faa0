"""What language models cost, summed where a budget is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from psycopg import AsyncConnection, Connection, Rollback

from store import outbox
from store.outbox import OutboxEvent

Kind = Literal["day", "conversation", "contact"]


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum and its ceilings; ``None`` is no ceiling."""

    kind: Kind
    key: str
    most_usd: Decimal | None = None
    most_tokens: int | None = None


async def reserve(connection: AsyncConnection[Any], sums: Sequence[Sum], *, usd: Decimal, tokens: int) -> Kind | None:
    """Adds to all sums in one transaction or, when one would pass its ceiling, to none: then that one's kind.

    Two calls at a time cannot both take what is left for one: the second waits for the first's transaction.
    """
    over: Kind | None = None
    async with connection.transaction() as transaction:
        now = await _add(connection, sums, usd, tokens)
        for each in sums:
            spent, used = now[each.kind, each.key]
            if each.most_usd is not None and spent > each.most_usd:
                over = over or each.kind
            if each.most_tokens is not None and used > each.most_tokens:
                over = over or each.kind
        if over is not None:
            raise Rollback(transaction)
    return over


async def settle(
    connection: AsyncConnection[Any], sums: Sequence[Sum], *, usd: Decimal, tokens: int, event: OutboxEvent
) -> None:
    """Corrects the sums by ``usd`` and ``tokens`` (negative when less was used) and publishes ``event`` with it."""
    async with connection.transaction():
        await _add(connection, sums, usd, tokens)
        await outbox.add(connection, [event])


def prune(connection: Connection[Any], *, keep: timedelta) -> int:
    """Deletes sums that nothing was added to for ``keep``, and says how many. Blocks; for the owner's role."""
    with connection.transaction():
        return connection.execute("DELETE FROM model_spend WHERE updated_at < now() - %s", [keep]).rowcount


async def _add(
    connection: AsyncConnection[Any], sums: Sequence[Sum], usd: Decimal, tokens: int
) -> dict[tuple[str, str], tuple[Decimal, int]]:
    """Locks the sums in one order, so that calls for the same ones never wait in a circle."""
    ordered = sorted(sums, key=lambda each: (each.kind, each.key))
    found: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for each in ordered:
        cursor = await connection.execute(_ADD, {"kind": each.kind, "key": each.key, "usd": usd, "tokens": tokens})
        row = await cursor.fetchone()
        assert row is not None
        found[each.kind, each.key] = (row[0], row[1])
    return found


_ADD = """
INSERT INTO model_spend AS spend (kind, key, usd, tokens)
VALUES (%(kind)s, %(key)s, greatest(%(usd)s, 0), greatest(%(tokens)s, 0))
ON CONFLICT (kind, key) DO UPDATE
   SET usd = greatest(spend.usd + %(usd)s, 0), tokens = greatest(spend.tokens + %(tokens)s, 0), updated_at = now()
RETURNING usd, tokens
"""
