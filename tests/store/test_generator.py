"""The invented market is the same each time, and one that the database and a pharmacist would believe."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.captured import CAPTURED
from schemas.identifiers import is_cnpj, is_digitable_line, is_gtin, is_nfe_access_key
from store.generator.accounts import DEMO_PHARMACY_ID, DEMO_WHATSAPP_ID
from store.generator.market import market
from store.generator.orders import STATUSES
from store.generator.sizes import SIZES
from store.supplier_orders import percent

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


def test_every_order_can_be_delivered_costs_what_the_terms_say_and_is_paid_as_accepted(rows: Rows) -> None:
    homes = {row["id"]: (row["state"], row["city"]) for row in rows["pharmacies"]}
    areas = {(row["supplier_id"], row["state"], row["city"]): row for row in rows["delivery_areas"]}
    terms = {(row["supplier_id"], row["method"], row["due_days"]): row for row in rows["payment_terms"]}
    least = {row["id"]: row["minimum_order"] for row in rows["suppliers"]}
    preferred = {row["pharmacy_id"]: row["id"] for row in rows["delivery_addresses"] if row["preferred"]}
    for order in rows["orders"]:
        supplier, (state, city) = order["supplier_id"], homes[order["pharmacy_id"]]
        area = areas.get((supplier, state, city)) or areas[supplier, state, None]
        term = terms[supplier, order["payment_method"], order["due_days"]]
        items = Decimal(order["items_total"])
        free = area["free_freight_from"] is not None and items >= Decimal(area["free_freight_from"])
        assert Decimal(order["freight"]) == (0 if free else Decimal(area["freight"]))
        assert Decimal(order["discount"]) == percent(items, Decimal(term["discount"]))
        assert items >= Decimal(least[supplier] or 0)
        assert order["delivery_address_id"] == preferred[order["pharmacy_id"]]


def test_charges_add_up_to_their_invoice_and_tell_what_it_is(rows: Rows) -> None:
    charges, payments = defaultdict(list), defaultdict(list)
    for charge in rows["charges"]:
        charges[charge["invoice_id"]].append(charge)
    for payment in rows["payments"]:
        payments[payment["charge_id"]].append(payment)
    for invoice in rows["invoices"]:
        parts = charges[invoice["id"]]
        assert sum(Decimal(part["amount"]) for part in parts) == Decimal(invoice["amount"])
        assert max(part["due_on"] for part in parts) == invoice["due_on"]
        assert (invoice["status"] == "paid") == all(part["status"] == "paid" for part in parts)
        late = [part for part in parts if part["status"] == "open" and part["due_on"] < NOW.date()]
        assert (invoice["status"] == "overdue") == bool(late)
        for part in parts:
            settled = [Decimal(row["amount"]) for row in payments[part["id"]] if row["status"] == "settled"]
            assert settled == ([Decimal(part["amount"])] if part["status"] == "paid" else [])
            assert part["digitable_line"] is None or is_digitable_line(part["digitable_line"])
    assert any(row["status"] == "duplicate" for row in rows["payments"])


def test_nobody_owes_more_than_the_limit_and_some_are_blocked(rows: Rows) -> None:
    owed: dict[int, Decimal] = defaultdict(Decimal)
    pharmacy = {row["id"]: row["pharmacy_id"] for row in rows["orders"]}
    buyer = {row["id"]: pharmacy[row["order_id"]] for row in rows["invoices"]}
    for order in rows["orders"]:
        if order["status"] in {"placed", "confirmed", "picking"} and order["payment_method"] == "boleto":
            owed[order["pharmacy_id"]] += Decimal(order["total"])
    for charge in rows["charges"]:
        if charge["status"] == "open":
            owed[buyer[charge["invoice_id"]]] += Decimal(charge["amount"])
    limits = {row["pharmacy_id"]: row for row in rows["credit_limits"]}
    assert all(owed[key] <= Decimal(row["credit_limit"]) for key, row in limits.items())
    assert any(row["blocked_reason"] == "overdue" for row in limits.values())
    assert limits[DEMO_PHARMACY_ID]["blocked_reason"] is None


def test_refunds_are_what_returns_were_decided_to_be(rows: Rows) -> None:
    decided = {row["id"]: row for row in rows["returns"] if row["refund_amount"] is not None}
    refunds = {row["return_id"]: row for row in rows["refunds"]}
    assert set(refunds) == set(decided)
    for key, refund in refunds.items():
        assert refund["amount"] == decided[key]["refund_amount"]
        assert (refund["status"] == "done") == (decided[key]["status"] == "refunded")


def test_substitutable_products_are_many_and_campaigns_run(rows: Rows) -> None:
    alike: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for row in rows["products"]:
        assert row["form"]
        assert row["dose"]
        alike[tuple(row["active_ingredients"]), row["form"], row["dose"]].add(row["manufacturer_id"])
    several = sum(len(makers) > 1 for makers in alike.values())
    assert several > len(alike) / 3
    running = [
        row for row in rows["price_tiers"] if row["campaign"] and row["starts_on"] <= NOW.date() <= row["ends_on"]
    ]
    assert running
    assert any(row["state"] for row in rows["price_tiers"])
