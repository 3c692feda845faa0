"""Which products a captured change touches."""

from datetime import timedelta
from typing import Any

import pytest

from runtime.errors import BadRecord
from streams.touched import Touched

pytestmark = pytest.mark.unit


def change(before: Any, after: Any, *, ts_us: int = 1_000_000) -> dict[str, Any]:
    return {"op": "u", "before": before, "after": after, "source": {"lsn": 1, "ts_us": ts_us, "txId": 42}}


def test_an_offer_touches_its_product_and_the_one_it_had() -> None:
    touched = Touched()
    touched.add("offers", change({"id": 1, "product_id": 10}, {"id": 1, "product_id": 11}))
    assert set(touched.products) == {10, 11}
    assert touched.transactions == {42}


def test_a_deleted_offer_touches_the_product_it_had() -> None:
    touched = Touched()
    touched.add("offers", change({"id": 1, "product_id": 10}, None))
    assert set(touched.products) == {10}


def test_stock_touches_its_product_and_a_product_itself() -> None:
    touched = Touched()
    touched.add("inventory", change(None, {"supplier_id": 1, "product_id": 10}))
    touched.add("products", change(None, {"id": 12}))
    assert set(touched.products) == {10, 12}


def test_a_supplier_is_kept_apart_until_its_products_are_known() -> None:
    touched = Touched()
    touched.add("suppliers", change({"id": 4}, {"id": 4}))
    assert set(touched.suppliers) == {4}
    assert not touched.products


def test_the_newest_commit_time_is_kept_whatever_the_order() -> None:
    touched = Touched()
    for ts_us in (5_000_000, 9_000_000, 7_000_000):
        touched.add("products", change(None, {"id": 1}, ts_us=ts_us))
    early = Touched()
    early.add("products", change(None, {"id": 1}, ts_us=5_000_000))
    assert touched.products[1] - early.products[1] == timedelta(seconds=4)


def test_a_change_without_a_row_is_refused() -> None:
    with pytest.raises(BadRecord, match="no-row"):
        Touched().add("products", change(None, None))


def test_a_snapshots_own_transaction_is_not_waited_for() -> None:
    touched = Touched()
    touched.add("products", {**change(None, {"id": 1}), "op": "r"})
    assert set(touched.products) == {1}
    assert not touched.transactions
