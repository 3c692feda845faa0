"""The domain events of orders."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from balcao_events.records import Event

CancelReason = Literal[
    "pharmacy_request",
    "out_of_stock",
    "payment",
    "other",
    "unknown",
]

OrderStatus = Literal[
    "placed",
    "confirmed",
    "picking",
    "invoiced",
    "shipped",
    "delivered",
    "cancelled",
    "returned",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """A pharmacy placed an order.

    Topic ``orders.placed.v1``, owned by orders (orders@balcao.example).
    """

    order_id: int
    """The order."""
    order_number: str
    """The number people quote."""
    pharmacy_id: int
    """Who bought."""
    supplier_id: int
    """Who sells."""
    items_total: Decimal
    """The items' totals together, BRL."""
    discount: Decimal
    """Taken off the items' total, BRL."""
    freight: Decimal
    """Added for delivery, BRL."""
    total: Decimal
    """items_total less discount plus freight, BRL."""
    placed_at: datetime
    """When the pharmacy placed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusChanged(Event):
    """An order moved to another status, or was placed.

    Topic ``orders.status-changed.v1``, owned by orders (orders@balcao.example).
    """

    order_id: int
    """The order."""
    order_number: str
    """The number people quote."""
    pharmacy_id: int
    """Who bought."""
    supplier_id: int
    """Who sells."""
    before: OrderStatus | None = None
    """The status until now; null when the order was just placed."""
    after: OrderStatus
    """The status from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDelivered(Event):
    """The pharmacy received an order.

    Topic ``orders.delivered.v1``, owned by orders (orders@balcao.example).
    """

    order_id: int
    """The order."""
    order_number: str
    """The number people quote."""
    pharmacy_id: int
    """Who bought."""
    supplier_id: int
    """Who sells."""
    total: Decimal
    """What was bought, with freight, BRL."""
    promised_delivery: date | None = None
    """The day delivery was promised for, when one was."""
    delivered_at: datetime
    """When its status became delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event):
    """An order was cancelled.

    Topic ``orders.cancelled.v1``, owned by orders (orders@balcao.example).
    """

    order_id: int
    """The order."""
    order_number: str
    """The number people quote."""
    pharmacy_id: int
    """Who bought."""
    supplier_id: int
    """Who sells."""
    before: OrderStatus
    """The status it was cancelled from."""
    reason: CancelReason | None = None
    """Why, when it was said."""
    total: Decimal
    """What will not be charged, BRL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturned(Event):
    """A delivered order went back.

    Topic ``orders.returned.v1``, owned by orders (orders@balcao.example).
    """

    order_id: int
    """The order."""
    order_number: str
    """The number people quote."""
    pharmacy_id: int
    """Who bought."""
    supplier_id: int
    """Who sells."""
    total: Decimal
    """What was bought, with freight, BRL."""
