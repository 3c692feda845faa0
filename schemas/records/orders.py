"""Order events other teams subscribe to."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from schemas.marks import Decimals, Doc
from schemas.records.event import EventEnvelope

OrderStatus = Literal[
    "placed", "confirmed", "picking", "invoiced", "shipped", "delivered", "cancelled", "returned", "unknown"
]
CancelReason = Literal["pharmacy_request", "out_of_stock", "payment", "other", "unknown"]


class OrderEvent(EventEnvelope):
    """What every event of an order tells."""

    order_id: Annotated[int, Doc("The order.")]
    order_number: Annotated[str, Doc("The number people quote.")]
    pharmacy_id: Annotated[int, Doc("Who bought.")]
    supplier_id: Annotated[int, Doc("Who sells.")]


class OrderPlaced(OrderEvent):
    """A pharmacy placed an order."""

    items_total: Annotated[Decimal, Decimals(12, 2), Doc("The items' totals together, BRL.")]
    discount: Annotated[Decimal, Decimals(12, 2), Doc("Taken off the items' total, BRL.")]
    freight: Annotated[Decimal, Decimals(12, 2), Doc("Added for delivery, BRL.")]
    total: Annotated[Decimal, Decimals(12, 2), Doc("items_total less discount plus freight, BRL.")]
    placed_at: Annotated[datetime, Doc("When the pharmacy placed it.")]


class OrderStatusChanged(OrderEvent):
    """An order moved to another status, or was placed."""

    before: Annotated[OrderStatus | None, Doc("The status until now; null when the order was just placed.")]
    after: Annotated[OrderStatus, Doc("The status from now on.")]


class OrderDelivered(OrderEvent):
    """The pharmacy received an order."""

    total: Annotated[Decimal, Decimals(12, 2), Doc("What was bought, with freight, BRL.")]
    promised_delivery: Annotated[date | None, Doc("The day delivery was promised for, when one was.")]
    delivered_at: Annotated[datetime, Doc("When its status became delivered.")]


class OrderCancelled(OrderEvent):
    """An order was cancelled."""

    before: Annotated[OrderStatus, Doc("The status it was cancelled from.")]
    reason: Annotated[CancelReason | None, Doc("Why, when it was said.")]
    total: Annotated[Decimal, Decimals(12, 2), Doc("What will not be charged, BRL.")]


class OrderReturned(OrderEvent):
    """A delivered order went back."""

    total: Annotated[Decimal, Decimals(12, 2), Doc("What was bought, with freight, BRL.")]
