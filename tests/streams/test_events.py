"""Which captured changes are business events, and which are not."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha1
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadRecord
from schemas.captured import CAPTURED, PLATFORM_CAPTURED
from schemas.events import EVENTS, ORDER_PLACED, ORDER_STATUS_CHANGED
from schemas.topic import Topic
from streams.changes import EVENTS as NAMESPACE
from streams.events.change import Event, uuid5
from streams.events.deciders import DECIDERS
from tests.streams.changes import Columns, change, part

pytestmark = pytest.mark.unit

ONE, TWO = Decimal("1.00"), Decimal("2.00")
LATER = "2026-11-22T10:00:00.000000Z"
OPEN = {"state": "open", "closed_at": None, "rating": None, "rated_at": None}
CLOSED = {"state": "closed", "closed_at": LATER, "rating": None, "rated_at": None}


def decided(table: str, op: str, before: Columns, after: Columns, **more: Any) -> list[Event]:
    topic = {**CAPTURED, **PLATFORM_CAPTURED}[table]
    whole, decider = change(topic, op, before, after, **more), DECIDERS[topic]
    events = list(decider(part(whole, decider.wanted)))
    assert events == list(decider(whole))
    return events


def names(events: list[Event]) -> list[str]:
    return [event.topic.name.removesuffix(".v1") for event in events]


@pytest.mark.parametrize(
    ("table", "op", "before", "after", "expected"),
    [
        ("orders", "c", None, {"status": "placed"}, ["orders.placed", "orders.status-changed"]),
        ("orders", "u", {"status": "placed"}, {"status": "confirmed"}, ["orders.status-changed"]),
        ("orders", "u", {"status": "shipped"}, {"status": "delivered"}, ["orders.status-changed", "orders.delivered"]),
        ("orders", "u", {"status": "placed"}, {"status": "cancelled"}, ["orders.status-changed", "orders.cancelled"]),
        ("orders", "u", {"status": "delivered"}, {"status": "returned"}, ["orders.status-changed", "orders.returned"]),
        ("orders", "u", {"freight": ONE}, {"freight": TWO}, []),
        ("products", "c", None, {"status": "active"}, ["catalog.product-published"]),
        ("products", "c", None, {"status": "discontinued"}, []),
        ("products", "u", {"status": "discontinued"}, {"status": "active"}, ["catalog.product-published"]),
        ("products", "u", {"name": "A"}, {"name": "B"}, []),
        ("offers", "c", None, {"state": "active"}, ["catalog.price-changed"]),
        ("offers", "c", None, {"state": "draft"}, []),
        (
            "offers",
            "u",
            {"price": ONE, "state": "active"},
            {"price": TWO, "state": "active"},
            ["catalog.price-changed"],
        ),
        ("offers", "u", {"price": ONE, "state": "paused"}, {"price": TWO, "state": "paused"}, []),
        ("offers", "u", {"state": "paused"}, {"state": "active"}, ["catalog.price-changed"]),
        ("offers", "u", {"state": "active"}, {"state": "withdrawn"}, ["catalog.offer-withdrawn"]),
        ("offers", "d", {"state": "active"}, None, ["catalog.offer-withdrawn"]),
        ("offers", "d", {"state": "withdrawn"}, None, []),
        ("inventory", "c", None, {"on_hand": 5, "reserved": 0}, ["catalog.stock-changed"]),
        ("inventory", "u", {"on_hand": 5, "reserved": 0}, {"on_hand": 5, "reserved": 2}, ["catalog.stock-changed"]),
        ("inventory", "u", {"on_hand": 5, "reserved": 0}, {"on_hand": 7, "reserved": 2}, []),
        ("inventory", "d", {"on_hand": 5, "reserved": 0}, None, ["catalog.stock-changed"]),
        ("pharmacies", "c", None, {}, ["pharmacies.registered"]),
        ("pharmacies", "u", {"status": "pending"}, {"status": "active"}, []),
        ("contacts", "c", None, {"consent": "granted"}, ["pharmacies.consent-changed"]),
        ("contacts", "u", {"consent": "granted"}, {"consent": "revoked"}, ["pharmacies.consent-changed"]),
        ("contacts", "u", {"name": "A"}, {"name": "B"}, []),
        (
            *("shipments", "u", {"shipped_at": None, "delivered_at": None}),
            *({"shipped_at": LATER, "delivered_at": None}, ["shipments.dispatched"]),
        ),
        (
            *("shipments", "u", {"delivered_at": None, "estimated_delivery": 1}),
            *({"delivered_at": None, "estimated_delivery": 2}, ["shipments.delayed"]),
        ),
        (
            *("shipments", "u", {"delivered_at": None, "estimated_delivery": 2}),
            *({"delivered_at": None, "estimated_delivery": 1}, []),
        ),
        ("shipments", "u", {"delivered_at": None}, {"delivered_at": LATER}, ["shipments.delivered"]),
        ("conversations", "c", None, OPEN, ["conversations.started"]),
        ("conversations", "u", OPEN, {**OPEN, "last_message_at": LATER}, []),
        ("conversations", "u", OPEN, CLOSED, ["conversations.resolved"]),
        ("conversations", "u", CLOSED, {**CLOSED, "rating": 4, "rated_at": LATER}, ["conversations.rated"]),
        (
            *("conversations", "u", OPEN, {**CLOSED, "rating": 4, "rated_at": LATER}),
            ["conversations.resolved", "conversations.rated"],
        ),
        ("turns", "c", None, {"outcome": "replied"}, ["conversations.answered"]),
        ("turns", "c", None, {"outcome": "silent"}, []),
        ("escalations", "c", None, {}, ["conversations.escalated"]),
        ("escalations", "u", {"state": "waiting"}, {"state": "taken"}, []),
        ("complaints", "c", None, {"status": "open", "resolved_at": None}, ["complaints.opened"]),
        (
            *("complaints", "u", {"status": "open", "resolved_at": None}),
            *({"status": "dismissed", "resolved_at": LATER}, ["complaints.resolved"]),
        ),
        ("complaints", "u", {"status": "open"}, {"status": "in_progress"}, []),
    ],
)
def test_a_change_stands_for_these_events(
    table: str, op: str, before: Columns, after: Columns, expected: list[str]
) -> None:
    assert names(decided(table, op, before, after)) == expected


def test_every_event_topic_has_a_change_that_makes_it() -> None:
    made = {
        mark[4][number]
        for parameters in test_a_change_stands_for_these_events.pytestmark  # type: ignore[attr-defined]
        for mark in parameters.args[1]
        for number in range(len(mark[4]))
    }
    assert {f"{name}.v1" for name in made} == {topic.name for topic in EVENTS}


@pytest.mark.parametrize("topic", DECIDERS, ids=lambda topic: topic.name)
@given(op=st.sampled_from("ur"), touched=st.text(max_size=5))
def test_a_row_that_is_only_touched_or_read_by_a_snapshot_is_no_event(topic: Topic, op: str, touched: str) -> None:
    before: Columns = {} if op == "u" else None
    assert list(DECIDERS[topic](change(topic, op, before, {"updated_at": touched}))) == []


@pytest.mark.parametrize("topic", DECIDERS, ids=lambda topic: topic.name)
def test_a_truncated_table_is_no_event(topic: Topic) -> None:
    assert list(DECIDERS[topic](change(topic, "t", None, None))) == []


def test_an_update_without_the_row_before_is_refused_not_guessed() -> None:
    with pytest.raises(BadRecord, match="REPLICA IDENTITY FULL on orders") as caught:
        decided("orders", "u", None, {"status": "shipped"})
    assert caught.value.cause == "no-before"


def test_a_change_without_a_position_is_refused() -> None:
    with pytest.raises(BadRecord, match="no-position"):
        decided("orders", "c", None, {"status": "placed"}, lsn=None)


def test_an_event_says_where_it_comes_from_and_has_the_same_id_always() -> None:
    placed, moved = (event.value for event in decided("orders", "c", None, {"status": "placed", "id": 7}))
    again = decided("orders", "c", None, {"status": "placed", "id": 7})
    assert [placed["id"], moved["id"]] == [event.value["id"] for event in again]
    assert placed["id"] != moved["id"] != decided("orders", "c", None, {"status": "placed"}, lsn=101)[1].value["id"]
    assert placed["type"] == ORDER_PLACED.name
    assert moved["type"] == ORDER_STATUS_CHANGED.name
    assert (placed["source"], placed["subject"], placed["lsn"]) == ("/marketplace/public/orders", "7", 100)
    assert placed["time"] == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC).timestamp() * 1_000_000 + 123456
    assert (moved["before"], moved["after"]) == (None, "placed")


def test_what_was_and_what_is() -> None:
    (price,) = decided("offers", "u", {"state": "active", "price": ONE}, {"state": "active", "price": TWO})
    assert (price.value["before"], price.value["after"]) == (ONE, TWO)
    (stock,) = decided("inventory", "d", {"on_hand": 5, "reserved": 1}, None)
    assert (stock.value["before"], stock.value["after"]) == (4, 0)
    (late,) = decided(
        "shipments",
        "u",
        {"delivered_at": None, "estimated_delivery": 0},
        {"delivered_at": None, "estimated_delivery": 9},
    )
    assert (late.value["before"], late.value["after"]) == (date(1970, 1, 1), date(1970, 1, 10))
    (closed,) = decided("conversations", "u", {**OPEN, "state": "escalated"}, CLOSED)
    assert closed.value["escalated"] is True


def test_a_status_the_register_does_not_know_is_said_to_be_unknown() -> None:
    (moved,) = decided("orders", "u", {"status": "placed"}, {"status": "lost_in_space"})
    assert moved.value["after"] == "unknown"
    assert names(decided("orders", "u", {"status": "lost"}, {"status": "adrift"})) == []


@given(st.text(), st.text())
def test_ids_are_version_5_uuids(begun: str, rest: str) -> None:
    assert uuid5(sha1(NAMESPACE.bytes + begun.encode()), rest) == str(uuid.uuid5(NAMESPACE, begun + rest))
