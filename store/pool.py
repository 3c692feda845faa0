"""Connection pools to the operational databases."""

import select
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr

Pool = AsyncConnectionPool[AsyncConnection[Any]]
_PLANNED_ONCE = " -c plan_cache_mode=force_generic_plan"


def pool(
    dsn: SecretStr,
    *,
    application: str,
    size: int = 8,
    wait_seconds: float = 10,
    statement_seconds: float = 30,
    planned_once: bool = False,
) -> Pool:
    """A pool, closed: use it as an async context manager, or ``await pool.open()``.

    Keeps one connection ready and opens up to ``size``. Connections are in autocommit mode: a single query is its own
    transaction, several are one inside ``async with connection.transaction():``. A request waits ``wait_seconds`` for
    a connection (``psycopg_pool.PoolTimeout``), a statement may run ``statement_seconds`` (``QueryCanceled``). What the
    server ended is found when it is handed out, and replaced. ``planned_once`` is for statements whose best plan is the
    same for all values: a connection then plans each of them once.
    """
    return AsyncConnectionPool(
        dsn.get_secret_value(),
        connection_class=AsyncConnection[Any],
        kwargs={
            "autocommit": True,
            "application_name": application,
            "connect_timeout": 5,
            "prepare_threshold": 2,
            "options": f"-c statement_timeout={int(statement_seconds * 1000)}{_PLANNED_ONCE if planned_once else ''}",
        },
        min_size=1,
        max_size=size,
        timeout=wait_seconds,
        max_lifetime=3600,
        check=require_open,
        name=application,
        open=False,
    )


async def require_open(connection: AsyncConnection[Any]) -> None:
    """Raises ``psycopg.OperationalError`` when the server ended the connection; asks it only when it said something.

    A server that goes says so, or closes: either way there is something to read from a connection at rest. A silent one
    needs no question to the server each time it is handed out.
    """
    at_rest = select.poll()
    at_rest.register(connection.fileno(), select.POLLIN)
    if at_rest.poll(0):
        await AsyncConnectionPool.check_connection(connection)
