"""The invented market is the same each time, and one that the database and a pharmacist would believe."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.captured import CAPTURED
from schemas.identifiers import is_cnpj, is_gtin, is_nfe_access_key
from store.generator.accounts import DEMO_PHARMACY_ID, DEMO_WHATSAPP_ID
from store.generator.market import market
from store.generator.orders import STATUSES
from store.generator.sizes import SIZES

pytestmark = pytest.mark.unit

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]


def made(seed: int = 7) -> Rows:
    return {
        table.name: [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        for table in market(SIZES["S"], seed=seed, now=NOW)
    }


@pytest.fixture(scope="module")
def rows() -> Rows:
    return made()


def test_every_captured_table_is_filled(rows: Rows) -> None:
    assert set(rows) == set(CAPTURED)
    assert all(rows.values())
    assert (len(rows["pharmacies"]), len(rows["suppliers"]), len(rows["products"])) == (200, 20, 1500)


def test_the_same_seed_makes_the_same_market_and_another_one_does_not(rows: Rows) -> None:
    assert made() == rows
    assert made(seed=8)["products"] != rows["products"]


def test_check_digits_are_right_and_some_cnpjs_have_letters(rows: Rows) -> None:
    numbers = [row["cnpj"] for row in rows["pharmacies"] + rows["suppliers"]]
    assert all(map(is_cnpj, numbers))
    assert any(not number.isdigit() for number in numbers)
    assert all(is_gtin(row["gtin"]) for row in rows["products"])
    assert all(is_nfe_access_key(row["access_key"]) for row in rows["invoices"])


def test_no_offer_is_dearer_than_the_ceiling(rows: Rows) -> None:
    ceilings = {row["id"]: row["ceiling_price"] for row in rows["products"]}
    regulated = [row for row in rows["offers"] if ceilings[row["product_id"]] is not None]
    assert regulated
    assert all(Decimal(row["price"]) <= Decimal(ceilings[row["product_id"]]) for row in regulated)


def test_reserved_stock_is_what_open_orders_hold(rows: Rows) -> None:
    seller = {row["id"]: row["supplier_id"] for row in rows["orders"]}
    holding = {row["id"] for row in rows["orders"] if row["status"] in {"placed", "confirmed", "picking", "invoiced"}}
    held: dict[tuple[int, int], int] = defaultdict(int)
    for item in rows["order_items"]:
        if item["order_id"] in holding:
            held[seller[item["order_id"]], item["product_id"]] += item["quantity"]
    stock = {(row["supplier_id"], row["product_id"]): row for row in rows["inventory"]}
    assert {key: row["reserved"] for key, row in stock.items() if row["reserved"]} == held
    assert all(row["reserved"] <= row["on_hand"] for row in stock.values())


def test_an_order_has_what_its_status_asks_for(rows: Rows) -> None:
    shipped = {row["order_id"] for row in rows["shipments"] if row["shipped_at"]}
    invoiced = {row["order_id"] for row in rows["invoices"]}
    for order in rows["orders"]:
        assert (order["id"] in shipped) == (order["status"] in {"shipped", "delivered", "returned"})
        assert (order["id"] in invoiced) == (order["status"] in {"invoiced", "shipped", "delivered", "returned"})
        assert order["placed_at"] <= order["status_changed_at"] < NOW


def test_whoever_tries_it_out_has_an_order_in_every_status(rows: Rows) -> None:
    [contact] = [row for row in rows["contacts"] if row["whatsapp_id"] == DEMO_WHATSAPP_ID]
    assert (contact["pharmacy_id"], contact["consent"]) == (DEMO_PHARMACY_ID, "granted")
    assert {row["status"] for row in rows["orders"] if row["pharmacy_id"] == DEMO_PHARMACY_ID} == set(STATUSES)


def test_nothing_lies_in_the_future(rows: Rows) -> None:
    moments = [
        value for table in rows.values() for row in table for value in row.values() if isinstance(value, datetime)
    ]
    assert max(moments) <= NOW
