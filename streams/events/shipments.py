"""Captured shipments -> shipments.dispatched, .delayed, .delivered."""

from collections.abc import Sequence
from typing import Any

from schemas.captured import CAPTURED
from schemas.events import SHIPMENT_DELAYED, SHIPMENT_DELIVERED, SHIPMENT_DISPATCHED
from streams.changes import Envelope
from streams.events.change import Emit, Event, Row, before, day, moment, reads

_dispatched = Emit(SHIPMENT_DISPATCHED, CAPTURED["shipments"])
_delayed = Emit(SHIPMENT_DELAYED, CAPTURED["shipments"])
_delivered = Emit(SHIPMENT_DELIVERED, CAPTURED["shipments"])


@reads("id", "order_id", "carrier", "tracking_code", "shipped_at", "delivered_at", "estimated_delivery")
def decide(change: Envelope) -> Sequence[Event]:
    """The events of a shipment's change."""
    after = change["after"]
    if change["op"] not in ("c", "u") or after is None:
        return ()
    old: Row = before(change) or {"shipped_at": None, "delivered_at": None, "estimated_delivery": None}
    subject, shipment = str(after["id"]), _shipment(after)
    estimated, events = after["estimated_delivery"], []
    if old["shipped_at"] is None and after["shipped_at"] is not None:
        dispatched = {"shipped_at": moment(after["shipped_at"]), "estimated_delivery": day(estimated)}
        events.append(_dispatched(change, subject, {**shipment, **dispatched}))
    if after["delivered_at"] is not None:
        if old["delivered_at"] is None:
            delivered = {"delivered_at": moment(after["delivered_at"]), "estimated_delivery": day(estimated)}
            events.append(_delivered(change, subject, {**shipment, **delivered}))
    elif _later(old["estimated_delivery"], estimated):
        days = {"before": day(old["estimated_delivery"]), "after": day(estimated)}
        events.append(_delayed(change, subject, {**shipment, **days}))
    return events


def _later(was: int | None, now: int | None) -> bool:
    return was is not None and now is not None and now > was


def _shipment(row: Row) -> dict[str, Any]:
    return {
        "shipment_id": row["id"],
        "order_id": row["order_id"],
        "carrier": row["carrier"],
        "tracking_code": row["tracking_code"],
    }
