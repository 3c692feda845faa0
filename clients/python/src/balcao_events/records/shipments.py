"""The domain events of shipments."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from dataclasses import dataclass
from datetime import date, datetime

from balcao_events.records import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDispatched(Event):
    """The carrier took the goods.

    Topic ``shipments.dispatched.v1``, owned by orders (orders@balcao.example).
    """

    shipment_id: int
    """The shipment."""
    order_id: int
    """Whose goods."""
    carrier: str
    """Who carries it."""
    tracking_code: str | None = None
    """The carrier's code, when there is one."""
    shipped_at: datetime
    """When the carrier took them."""
    estimated_delivery: date | None = None
    """The carrier's estimate, when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDelayed(Event):
    """The carrier moved the estimated day of delivery back.

    Topic ``shipments.delayed.v1``, owned by orders (orders@balcao.example).
    """

    shipment_id: int
    """The shipment."""
    order_id: int
    """Whose goods."""
    carrier: str
    """Who carries it."""
    tracking_code: str | None = None
    """The carrier's code, when there is one."""
    before: date
    """The day estimated until now."""
    after: date
    """The day estimated from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDelivered(Event):
    """The pharmacy received the goods.

    Topic ``shipments.delivered.v1``, owned by orders (orders@balcao.example).
    """

    shipment_id: int
    """The shipment."""
    order_id: int
    """Whose goods."""
    carrier: str
    """Who carries it."""
    tracking_code: str | None = None
    """The carrier's code, when there is one."""
    delivered_at: datetime
    """When they were received."""
    estimated_delivery: date | None = None
    """The carrier's last estimate, when there was one."""
