"""From a committed row to what other teams, analysts and the search see."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from psycopg import AsyncConnection

from deploy.demo.changes import change_timer
from deploy.local.stack import Stack
from schemas.captured import CAPTURED
from schemas.events import ORDER_STATUS_CHANGED
from schemas.topics import SEARCH_DOCUMENTS

pytestmark = pytest.mark.broker

LIMIT = 90


async def one(connection: AsyncConnection[Any], sql: str, *values: Any) -> Any:
    row = await (await connection.execute(sql.encode(), values)).fetchone()
    assert row is not None
    return row


@pytest.mark.timeout(180)
async def test_a_price_change_reaches_topic_bigquery_and_qdrant(platform: Stack) -> None:
    # a platform that has just been started still works on the first snapshot
    async with change_timer(limit=90) as timer:
        timing = await timer.measure()
    assert None not in (timing.topic, timing.bigquery, timing.qdrant), timing


async def test_an_order_that_moves_emits_one_event_and_a_touched_one_none(
    marketplace: AsyncConnection[Any], watching: Callable[..., Any]
) -> None:
    order_id, number = await one(
        marketplace, "SELECT id, number FROM orders WHERE status = 'placed' ORDER BY id LIMIT 1"
    )
    seen: list[dict[str, Any]] = []

    def identify(event: dict[str, Any]) -> object:
        if event["order_id"] == order_id:
            seen.append(event)
        return event["order_id"], event["after"]

    async with watching(ORDER_STATUS_CHANGED, identify) as watch:
        moved = watch.expect((order_id, "cancelled"))
        await marketplace.execute("UPDATE orders SET freight = freight WHERE id = %s", (order_id,))
        await marketplace.execute(
            "UPDATE orders SET status = 'cancelled', cancel_reason = 'other' WHERE id = %s", (order_id,)
        )
        await asyncio.wait_for(moved, LIMIT)
    assert [(event["before"], event["after"], event["order_number"]) for event in seen] == [
        ("placed", "cancelled", number)
    ]


async def test_a_deleted_product_leaves_a_tombstone_newer_than_its_document(
    marketplace: AsyncConnection[Any], watching: Callable[..., Any]
) -> None:
    versions: dict[tuple[int, bool], int] = {}

    def identify(document: dict[str, Any]) -> object:
        key = (document["product_id"], document["deleted"])
        versions[key] = document["version"]
        return key

    copied = "manufacturer_id, stripe, price_regime, ceiling_price, status, active_ingredients"
    insert = (
        f"INSERT INTO products (name, presentation, variant, {copied}) "
        f"SELECT name || ' teste', presentation || ' TESTE', 1, {copied} FROM products ORDER BY id LIMIT 1 RETURNING id"
    )
    async with watching(SEARCH_DOCUMENTS, identify) as watch:
        (product,) = await one(marketplace, insert)
        await asyncio.wait_for(watch.expect((product, False)), LIMIT)
        gone = watch.expect((product, True))
        await marketplace.execute("DELETE FROM products WHERE id = %s", (product,))
        await asyncio.wait_for(gone, LIMIT)
    assert versions[product, True] > versions[product, False]


async def test_a_signal_snapshots_a_table_again_while_changes_go_on(
    marketplace: AsyncConnection[Any], watching: Callable[..., Any], platform: Stack
) -> None:
    (supplier,) = await one(marketplace, "SELECT id FROM suppliers ORDER BY id LIMIT 1")

    def identify(envelope: dict[str, Any]) -> object:
        return envelope["source"]["snapshot"], envelope["op"], envelope["after"]["id"]

    async with watching(CAPTURED["suppliers"], identify) as watch:
        again = watch.expect(("incremental", "r", supplier))
        await signal(platform, "suppliers")
        await asyncio.wait_for(again, LIMIT)


async def signal(stack: Stack, table: str) -> None:
    """What an operator does: write the signal as the role that may."""
    environment = stack.environment()
    dsn = environment["BALCAO_MARKETPLACE_OWNER_DSN"]
    data = f'{{"data-collections": ["public.{table}"], "type": "incremental"}}'
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(
            "INSERT INTO debezium_signal (id, type, data) VALUES (%s, 'execute-snapshot', %s)",
            (str(uuid.uuid4()), data),
        )
