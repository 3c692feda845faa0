"""Captured orders -> orders.placed, .status-changed, .delivered, .cancelled, .returned."""

from collections.abc import Sequence
from typing import Any

from schemas.captured import CAPTURED
from schemas.events import ORDER_CANCELLED, ORDER_DELIVERED, ORDER_PLACED, ORDER_RETURNED, ORDER_STATUS_CHANGED
from schemas.records.orders import CancelReason, OrderStatus
from streams.changes import Envelope
from streams.events.change import Emit, Event, Row, before, day, known, moment, reads

_ORDERS = CAPTURED["orders"]
_placed = Emit(ORDER_PLACED, _ORDERS)
_status_changed = Emit(ORDER_STATUS_CHANGED, _ORDERS)
_delivered = Emit(ORDER_DELIVERED, _ORDERS)
_cancelled = Emit(ORDER_CANCELLED, _ORDERS)
_returned = Emit(ORDER_RETURNED, _ORDERS)


@reads(
    "id",
    "number",
    "pharmacy_id",
    "supplier_id",
    "status",
    "items_total",
    "discount",
    "freight",
    "total",
    "placed_at",
    "promised_delivery",
    "status_changed_at",
    "cancel_reason",
)
def decide(change: Envelope) -> Sequence[Event]:
    """The events of an order's change."""
    after = change["after"]
    if change["op"] not in ("c", "u") or after is None:
        return ()
    old = before(change)
    if old is not None and old["status"] == after["status"]:
        return ()
    subject, order = str(after["id"]), _order(after)
    was, status = None if old is None else known(old["status"], OrderStatus), known(after["status"], OrderStatus)
    events = []
    if old is None:
        events.append(_placed(change, subject, {**order, **_amounts(after)}))
    if was != status:
        events.append(_status_changed(change, subject, {**order, "before": was, "after": status}))
    if status == "delivered":
        delivery = {
            "total": after["total"],
            "promised_delivery": day(after["promised_delivery"]),
            "delivered_at": moment(after["status_changed_at"]),
        }
        events.append(_delivered(change, subject, {**order, **delivery}))
    elif status == "cancelled":
        reason = after["cancel_reason"] and known(after["cancel_reason"], CancelReason)
        cancelled = {"before": was or "unknown", "reason": reason, "total": after["total"]}
        events.append(_cancelled(change, subject, {**order, **cancelled}))
    elif status == "returned":
        events.append(_returned(change, subject, {**order, "total": after["total"]}))
    return events


def _order(row: Row) -> dict[str, Any]:
    return {
        "order_id": row["id"],
        "order_number": row["number"],
        "pharmacy_id": row["pharmacy_id"],
        "supplier_id": row["supplier_id"],
    }


def _amounts(row: Row) -> dict[str, Any]:
    return {
        "items_total": row["items_total"],
        "discount": row["discount"],
        "freight": row["freight"],
        "total": row["total"],
        "placed_at": moment(row["placed_at"]),
    }
