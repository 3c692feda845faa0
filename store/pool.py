"""Connection pools to the operational databases."""

from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr

Pool = AsyncConnectionPool[AsyncConnection[Any]]


def pool(
    dsn: SecretStr, *, application: str, size: int = 8, wait_seconds: float = 10, statement_seconds: float = 30
) -> Pool:
    """A pool, closed: use it as an async context manager, or ``await pool.open()``.

    Keeps one connection ready and opens up to ``size``. Connections are in autocommit mode: a single query is its own
    transaction, several are one inside ``async with connection.transaction():``. A request waits ``wait_seconds`` for
    a connection (``psycopg_pool.PoolTimeout``), a statement may run ``statement_seconds`` (``QueryCanceled``). Broken
    connections are found when they are handed out, and replaced.
    """
    return AsyncConnectionPool(
        dsn.get_secret_value(),
        connection_class=AsyncConnection[Any],
        kwargs={
            "autocommit": True,
            "application_name": application,
            "connect_timeout": 5,
            "prepare_threshold": 2,
            "options": f"-c statement_timeout={int(statement_seconds * 1000)}",
        },
        min_size=1,
        max_size=size,
        timeout=wait_seconds,
        max_lifetime=3600,
        check=AsyncConnectionPool.check_connection,
        name=application,
        open=False,
    )
