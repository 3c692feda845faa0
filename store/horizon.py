"""A log position below which a statement that follows sees everything it may be asked for."""

from collections.abc import Collection
from typing import Any

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus

from runtime.clock import Clock

_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.001
_HALF = 1 << 31
_MASK = (1 << 32) - 1


async def horizon(connection: AsyncConnection[Any], transactions: Collection[int], clock: Clock) -> int:
    """The log's position now, once ``transactions`` (Debezium's ``source.txId``) are visible to new statements.

    A commit is in the log, and so at Kafka, an instant before other sessions see it: PostgreSQL publishes it to
    snapshots only after its record is flushed. Without the wait a reader quick enough would version the old state as
    the new one. Needs a connection in autocommit mode, outside of a transaction, because only then has the next
    statement a snapshot of its own: else ``ValueError``. ``TimeoutError`` after 5 seconds.
    """
    if not connection.autocommit or connection.info.transaction_status is not TransactionStatus.IDLE:
        raise ValueError("a horizon needs a connection in autocommit mode that is not inside a transaction")
    deadline = clock.monotonic() + _PATIENCE_SECONDS
    while True:
        cursor = await connection.execute(_HORIZON, prepare=True)
        row = await cursor.fetchone()
        assert row is not None
        position, end, running = row
        hidden = [transaction for transaction in transactions if not visible(transaction, end, running)]
        if not hidden:
            return int(position)
        if clock.monotonic() > deadline:
            raise TimeoutError(f"the transactions {hidden} did not become visible in {_PATIENCE_SECONDS:g} seconds")
        await clock.sleep(_PAUSE_SECONDS)


def visible(transaction: int, end: int, running: Collection[int]) -> bool:
    """Whether a snapshot ending before ``end`` and without ``running`` (64-bit ids) sees the 32-bit ``transaction``."""
    short = transaction & _MASK
    if any(short == other & _MASK for other in running):
        return False
    return (short - end) & _MASK >= _HALF


_HORIZON = """
SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn, pg_snapshot_xmax(now_seen)::text::bigint,
       ARRAY(SELECT running::text::bigint FROM pg_snapshot_xip(now_seen) AS running)
  FROM pg_current_snapshot() AS now_seen
"""
