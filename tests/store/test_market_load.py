"""The invented market fits the database, and traffic keeps it fit."""

import asyncio
from typing import Any

import psycopg
import pytest

from deploy.local.stack import Stack
from runtime.clock import ManualClock
from runtime.errors import UserError
from store.traffic.changes import Change
from store.traffic.run import keep_busy
from tests.store.databases import fill, made

pytestmark = pytest.mark.broker

UNFIT = """
SELECT 'reserved', count(*) FROM inventory
 WHERE reserved <> (SELECT coalesce(sum(quantity), 0) FROM order_items JOIN orders ON orders.id = order_id
                     WHERE orders.supplier_id = inventory.supplier_id AND order_items.product_id = inventory.product_id
                       AND status IN ('placed', 'confirmed', 'picking', 'invoiced'))
UNION ALL
SELECT 'ceiling', count(*) FROM offers JOIN products ON products.id = product_id WHERE price > ceiling_price
UNION ALL
SELECT 'shipment', count(*) FROM orders
 WHERE status IN ('shipped', 'delivered') AND NOT EXISTS (
     SELECT FROM shipments WHERE order_id = orders.id AND shipped_at IS NOT NULL)
UNION ALL
SELECT 'invoice', count(*) FROM orders
 WHERE status IN ('invoiced', 'shipped', 'delivered') AND NOT EXISTS (SELECT FROM invoices WHERE order_id = orders.id)
UNION ALL
SELECT 'total', count(*) FROM orders
 WHERE items_total <> (SELECT sum(total) FROM order_items WHERE order_id = orders.id)
UNION ALL
SELECT 'charges', count(*) FROM invoices
 WHERE amount <> (SELECT sum(charges.amount) FROM charges WHERE invoice_id = invoices.id)
UNION ALL
SELECT 'paid', count(*) FROM invoices
 WHERE (status = 'paid') <> (SELECT bool_and(charges.status = 'paid') FROM charges WHERE invoice_id = invoices.id)
UNION ALL
SELECT 'settled', count(*) FROM charges
 WHERE (status = 'paid') <> EXISTS (SELECT FROM payments
                                     WHERE charge_id = charges.id AND payments.status = 'settled'
                                       AND payments.amount = charges.amount)
UNION ALL
SELECT 'credit', count(*) FROM credit_limits WHERE credit_used(pharmacy_id) > credit_limit
"""


def unfit(dsn: str) -> dict[str, int]:
    with psycopg.connect(dsn) as connection:
        return {kind: number for kind, number in connection.execute(UNFIT).fetchall() if number}


async def test_a_market_is_loaded_once_and_traffic_goes_on_from_it(stack: Stack) -> None:
    with made(stack, "marketplace_owner", "marketplace") as database:
        loaded = fill(database)
        assert loaded is not None
        assert loaded["orders"] == 2000
        assert fill(database) is None
        dsn = database.dsn("marketplace_writer")
        assert unfit(dsn) == {}
        with psycopg.connect(dsn) as connection:
            counted = "SELECT reltuples FROM pg_class WHERE oid = 'orders'::regclass"
            assert connection.execute(counted).fetchone() == (2000.0,)

        seen: list[Change] = []
        done = await keep_busy(dsn, 100, seconds=20, clock=ManualClock(), observe=seen.append, stop=asyncio.Event())
        assert done.changes == len(seen) == pytest.approx(2000, abs=1)
        assert set(done.kinds) >= {
            "price",
            "stock",
            "place",
            "confirmed",
            "shipped",
            "delivered",
            "register",
            "charge",
            "pay",
        }
        assert unfit(dsn) == {}
        with psycopg.connect(dsn) as connection:
            placed = connection.execute("SELECT count(*), max(number) FROM orders WHERE id > 2000").fetchone()
        assert placed == (done.kinds["place"], str(10_000_000 + 2000 + done.kinds["place"]))


async def test_traffic_says_what_it_needs(stack: Stack) -> None:
    with made(stack, "marketplace_owner", "marketplace") as empty, pytest.raises(UserError, match="balcao db seed"):
        await keep_busy(empty.dsn("marketplace_writer"), 10, seconds=1, stop=asyncio.Event())


async def test_the_same_seed_makes_the_same_choices(stack: Stack) -> None:
    made_choices: list[list[Any]] = []
    for _ in range(2):
        with made(stack, "marketplace_owner", "marketplace") as database:
            fill(database)
            seen: list[Change] = []
            await keep_busy(
                database.dsn("marketplace_writer"),
                100,
                seconds=3,
                seed=3,
                clock=ManualClock(),
                observe=seen.append,
                stop=asyncio.Event(),
            )
            made_choices.append([(change.kind, change.table, change.key) for change in seen])
    assert made_choices[0] == made_choices[1]
