"""Order events other teams subscribe to."""

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from schemas.marks import Doc

OrderStatus = Literal[
    "placed", "confirmed", "picking", "invoiced", "shipped", "delivered", "cancelled", "returned", "unknown"
]


class EventEnvelope(TypedDict):
    """What every domain event carries: CloudEvents 1.0 (id, source, type, time, subject), the position."""

    id: Annotated[str, Doc("UUID derived from the source position: the same change has the same id, always.")]
    source: Annotated[str, Doc("URI reference of the table the change was made in.")]
    type: Annotated[str, Doc("The topic's name.")]
    time: Annotated[datetime, Doc("When the change was committed.")]
    subject: Annotated[str, Doc("The id of what changed.")]
    lsn: Annotated[int, Doc("The change's position in the source's log; orders the events of one subject.")]


class OrderStatusChanged(EventEnvelope):
    """An order moved to another status, or was placed."""

    order_id: Annotated[int, Doc("The order.")]
    order_number: Annotated[str, Doc("The number people quote.")]
    pharmacy_id: Annotated[int, Doc("Who bought.")]
    supplier_id: Annotated[int, Doc("Who sells.")]
    before: Annotated[OrderStatus | None, Doc("The status until now; null when the order was just placed.")]
    after: Annotated[OrderStatus, Doc("The status from now on.")]
