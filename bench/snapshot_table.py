"""A table of many orders, and a connector of its own that takes its snapshot."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from psycopg import AsyncConnection, sql

from connectors.postgres import configs
from connectors.postgres.client import ConnectClient
from runtime.settings import ConnectSettings, MarketplaceOwner, load
from schemas.captured import CAPTURED
from schemas.topic import Table, Topic

_SLOT_SECONDS = 60.0
_ORDERS = CAPTURED["orders"]


@asynccontextmanager
async def orders(rows: int, debezium: Mapping[str, Any]) -> AsyncIterator[tuple[Topic, configs.Connector]]:
    """The topic of a new table with so many orders, and the connector, not started, that captures it.

    Both, the slot and the publication go in the end. ``debezium`` is how its role connects to the marketplace.
    """
    name = f"bench_{uuid.uuid4().hex[:8]}"
    table, dsn = sql.Identifier(name), load(MarketplaceOwner).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, autocommit=True) as owner:
        await owner.execute(sql.SQL("CREATE TABLE {} (LIKE orders, PRIMARY KEY (id))").format(table))
        await owner.execute(_copies(table, rows))
        await owner.execute(sql.SQL("CREATE PUBLICATION {} FOR TABLE {}").format(table, table))
        await owner.execute(sql.SQL("GRANT SELECT ON {} TO debezium").format(table))
        await owner.execute(sql.SQL("ANALYZE {}").format(table))
        try:
            yield topic_of(name), _connector(name)
        finally:
            async with httpx.AsyncClient(base_url=load(ConnectSettings).url, timeout=90) as client:
                await client.delete(f"/connectors/{name}")
            await _free(name, debezium)
            await owner.execute(sql.SQL("DROP PUBLICATION {}").format(table))
            await owner.execute(sql.SQL("DROP TABLE {}").format(table))


async def start(connector: configs.Connector) -> None:
    """Hands the connector to Connect."""
    async with ConnectClient(load(ConnectSettings)) as client:
        await client.put(connector.name, {**connector.config, "name": connector.name})


def topic_of(name: str) -> Topic:
    """The topic that the table of that name is captured to."""
    table = Table(database="marketplace", schema="public", name=name, primary_key=("id",))
    return replace(_ORDERS, name=f"cdc.{name}.public.{name}", table=table)


def _connector(name: str) -> configs.Connector:
    (committed,) = configs.connectors(["marketplace"])
    own = {
        "slot.name": name,
        "publication.name": name,
        "topic.prefix": f"cdc.{name}",
        "table.include.list": f"public.{name}",
    }
    return configs.Connector(name, {**committed.config, **own})


def _copies(table: sql.Identifier, rows: int) -> sql.Composed:
    columns = [sql.Identifier(name) for name in _ORDERS.value.__annotations__ if name != "id"]
    return sql.SQL(
        "INSERT INTO {table} (id, {columns}) SELECT row_number() OVER (), {columns} FROM orders"
        " CROSS JOIN generate_series(1, {rows} / (SELECT count(*) FROM orders) + 1) LIMIT {rows}"
    ).format(table=table, columns=sql.SQL(", ").join(columns), rows=sql.Literal(rows))


async def _free(slot: str, debezium: Mapping[str, Any]) -> None:
    """Drops the slot as the role that made it; Connect ends the task some time after it answered."""
    query = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active"
    async with (
        await AsyncConnection.connect(**debezium, dbname="marketplace", autocommit=True) as connection,
        asyncio.timeout(_SLOT_SECONDS),
    ):
        while await (await connection.execute(query, (slot,))).fetchone() is None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.1)
