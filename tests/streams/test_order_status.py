"""Which changes of an order become events other teams see."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadRecord
from schemas.topics import ORDER_STATUS_CHANGED
from streams.order_status import status_changed

pytestmark = pytest.mark.unit


def order(status: str, **fields: Any) -> dict[str, Any]:
    return {"id": 7, "number": "10000007", "pharmacy_id": 3, "supplier_id": 5, "status": status, **fields}


def change(op: str, before: Any, after: Any, lsn: int | None = 100) -> dict[str, Any]:
    return {"op": op, "before": before, "after": after, "source": {"lsn": lsn, "ts_us": 1_700_000_000_123_456}}


def test_a_moved_order_emits_before_and_after() -> None:
    event = status_changed(change("u", order("placed"), order("shipped")))
    assert event is not None
    assert (event["before"], event["after"], event["order_number"]) == ("placed", "shipped", "10000007")
    assert event["time"] == datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)
    assert event["subject"] == "7"
    assert event["type"] == ORDER_STATUS_CHANGED.name


def test_a_placed_order_has_no_status_before() -> None:
    event = status_changed(change("c", None, order("placed")))
    assert event is not None
    assert event["before"] is None


@pytest.mark.parametrize(
    "quiet",
    [
        change("u", order("placed", updated_at="1"), order("placed", updated_at="2")),
        change("r", None, order("shipped")),
        change("d", order("shipped"), None),
    ],
    ids=["touched", "snapshot", "deleted"],
)
def test_what_is_no_change_of_status_emits_nothing(quiet: dict[str, Any]) -> None:
    assert status_changed(quiet) is None


def test_an_update_without_the_row_before_is_refused_not_guessed() -> None:
    with pytest.raises(BadRecord, match="REPLICA IDENTITY FULL") as caught:
        status_changed(change("u", None, order("shipped")))
    assert caught.value.cause == "no-before"


def test_a_change_without_a_position_is_refused() -> None:
    with pytest.raises(BadRecord, match="no-position"):
        status_changed(change("u", order("placed"), order("shipped"), lsn=None))


def test_a_status_newer_than_the_contract_is_unknown() -> None:
    event = status_changed(change("u", order("placed"), order("teleported")))
    assert event is not None
    assert event["after"] == "unknown"


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_ids_are_the_same_for_the_same_change_only(first: int, second: int) -> None:
    one, again, other = (
        status_changed(change("u", order("placed"), order("shipped"), lsn=lsn)) for lsn in (first, first, second)
    )
    assert one and again and other
    assert one["id"] == again["id"]
    assert (one["id"] == other["id"]) == (first == second)
