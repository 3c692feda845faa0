"""Shipment events other teams subscribe to."""

from datetime import date, datetime
from typing import Annotated

from schemas.marks import Doc
from schemas.records.event import EventEnvelope


class ShipmentEvent(EventEnvelope):
    """What every event of a shipment tells."""

    shipment_id: Annotated[int, Doc("The shipment.")]
    order_id: Annotated[int, Doc("Whose goods.")]
    carrier: Annotated[str, Doc("Who carries it.")]
    tracking_code: Annotated[str | None, Doc("The carrier's code, when there is one.")]


class ShipmentDispatched(ShipmentEvent):
    """The carrier took the goods."""

    shipped_at: Annotated[datetime, Doc("When the carrier took them.")]
    estimated_delivery: Annotated[date | None, Doc("The carrier's estimate, when there is one.")]


class ShipmentDelayed(ShipmentEvent):
    """The carrier moved the estimated day of delivery back."""

    before: Annotated[date, Doc("The day estimated until now.")]
    after: Annotated[date, Doc("The day estimated from now on.")]


class ShipmentDelivered(ShipmentEvent):
    """The pharmacy received the goods."""

    delivered_at: Annotated[datetime, Doc("When they were received.")]
    estimated_delivery: Annotated[date | None, Doc("The carrier's last estimate, when there was one.")]
