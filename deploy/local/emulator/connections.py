"""A DuckDB connection for each thread, a thread for each open append connection, and HTTP connections that stay."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import uvicorn
from bqemulator.server import EmulatorServer
from bqemulator.storage.engine import DuckDBEngine

CONNECTIONS = 256
IDLE_SECONDS = 3600
"""Longer than any client here leaves a connection unused."""


def apply() -> None:
    """Changes the emulator's classes, in this process."""
    shared: Any = vars(DuckDBEngine)["connection"]
    for owner, name, changed in (
        (DuckDBEngine, "connection", property(_own_connection(shared.fget))),
        (EmulatorServer, "start", _with_threads(EmulatorServer.start)),
        (uvicorn, "Config", partial(uvicorn.Config, timeout_keep_alive=IDLE_SECONDS)),
    ):
        setattr(owner, name, changed)


def _own_connection(shared: Any) -> Any:
    local = threading.local()

    def connection(engine: Any) -> Any:
        root = shared(engine)
        mine = getattr(local, "mine", None)
        if mine is None or mine[0] is not root:
            own = root.cursor()
            own.execute("SET TimeZone = 'UTC'")
            own.execute("SET threads = 1")
            mine = local.mine = (root, own)
        return mine[1]

    return connection


def _with_threads(start: Any) -> Any:
    async def started(server: Any) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CONNECTIONS))
        await start(server)

    return started
