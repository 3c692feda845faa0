"""The local emulator's changes: remembered translations are never stale, and nothing waits for a long query."""

import asyncio
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

from runtime.settings import BigQuerySettings
from schemas.bigquery import Field, WarehouseTable
from sinks.bigquery import sql
from sinks.bigquery.warehouse import Warehouse

pytestmark = pytest.mark.broker
ORDERS = WarehouseTable(name="orders", description="", fields=(Field(name="id", type="INT64", description=""),))


async def test_a_remembered_query_sees_columns_and_views_that_changed(warehouse: Warehouse) -> None:
    await warehouse.prepare([ORDERS])
    orders = sql.table(warehouse.dataset, ORDERS.name)
    await warehouse.query(f"INSERT INTO {orders} (id) VALUES (1)")
    for _ in range(2):
        (row,) = await warehouse.query(f"SELECT * FROM {orders}")
        assert dict(row.items()) == {"id": 1}
    await warehouse.query(sql.add_columns(warehouse.dataset, ORDERS.name, [Field(name="note", type="STRING")]))
    (row,) = await warehouse.query(f"SELECT * FROM {orders}")
    assert dict(row.items()) == {"id": 1, "note": None}

    view = sql.table(warehouse.dataset, "seen")
    for number in (1, 2):
        await warehouse.query(sql.create_view(warehouse.dataset, "seen", f"SELECT {number} AS number", ""))
        (row,) = await warehouse.query(f"SELECT number FROM {view}")
        assert row.number == number

    await warehouse.drop(ORDERS.name)
    with pytest.raises(Exception, match="orders"):
        await warehouse.query(f"SELECT * FROM {orders}")


async def test_parameters_reach_a_remembered_query(warehouse: Warehouse) -> None:
    await warehouse.prepare([])
    for number in (1, 2):
        (row,) = await warehouse.query("SELECT @number AS number", {"number": number})
        assert row.number == number


async def test_a_long_query_holds_nobody_up(warehouse: Warehouse) -> None:
    await warehouse.prepare([])
    long = asyncio.create_task(
        warehouse.query(
            "WITH n AS (SELECT n FROM UNNEST(GENERATE_ARRAY(1, 14000)) n)"
            " SELECT SUM(MOD(a.n * b.n, 7)) AS total FROM n a CROSS JOIN n b"
        )
    )
    await asyncio.sleep(0.2)
    started = time.perf_counter()
    await warehouse.query("SELECT 1 AS quick")
    quick = time.perf_counter() - started
    assert not long.done()
    await long
    assert quick < time.perf_counter() - started - quick


async def test_writers_of_one_table_wait_for_each_other(warehouse: Warehouse) -> None:
    await warehouse.prepare([ORDERS])
    orders = sql.table(warehouse.dataset, ORDERS.name)
    await warehouse.query(f"INSERT INTO {orders} (id) SELECT x FROM UNNEST(GENERATE_ARRAY(1, 1000)) x")
    await asyncio.gather(*(warehouse.query(f"UPDATE {orders} SET id = id + 1 WHERE TRUE") for _ in range(8)))
    (row,) = await warehouse.query(f"SELECT MIN(id) AS lowest FROM {orders}")
    assert row.lowest == 9


def test_a_connection_that_was_idle_for_a_while_is_still_there(settings: BigQuerySettings) -> None:
    # google's client keeps its connections, and meets a closed one as a reset of its next query
    address = settings.rest_endpoint
    assert address is not None
    with closing(HTTPConnection(address.removeprefix("http://"), timeout=10)) as connection:
        sockets = []
        for pause in (0.0, 5.5):
            time.sleep(pause)
            connection.request("GET", f"/bigquery/v2/projects/{settings.project}/datasets")
            assert connection.getresponse().read()
            sockets.append(connection.sock)
    assert sockets[0] is not None
    assert sockets[0] is sockets[1]
