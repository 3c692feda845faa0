"""Which changes of an order row are a change of its status. Pure."""

from typing import cast, get_args

from runtime.errors import BadRecord
from schemas.captured import CAPTURED
from schemas.records.orders import OrderStatus, OrderStatusChanged
from schemas.topics import ORDER_STATUS_CHANGED
from streams.changes import Envelope, envelope

_KNOWN = frozenset(get_args(OrderStatus))


def status_changed(change: Envelope) -> OrderStatusChanged | None:
    """The event a captured order change stands for; ``None`` when its status did not change.

    A row read by a snapshot, a deleted row and a truncated table are no business events. Raises ``BadRecord`` for an
    update without the row before it: whether its status changed cannot be told.
    """
    operation, before, after = change["op"], change["before"], change["after"]
    if operation not in ("c", "u") or after is None:
        return None
    if operation == "u" and (before is None or before.get("status") is None):
        raise BadRecord(
            "no-before", "an order's update came without the row before; set REPLICA IDENTITY FULL on orders"
        )
    if before is not None and before["status"] == after["status"]:
        return None
    return {
        **envelope(ORDER_STATUS_CHANGED, CAPTURED["orders"], change, str(after["id"])),
        "order_id": after["id"],
        "order_number": after["number"],
        "pharmacy_id": after["pharmacy_id"],
        "supplier_id": after["supplier_id"],
        "before": None if before is None else _status(before["status"]),
        "after": _status(after["status"]),
    }


def _status(value: str) -> OrderStatus:
    return cast(OrderStatus, value) if value in _KNOWN else "unknown"
