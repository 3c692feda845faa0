"""Complaint events other teams subscribe to."""

from datetime import datetime
from typing import Annotated, Literal

from schemas.marks import Doc
from schemas.records.event import EventEnvelope

ComplaintChannel = Literal["whatsapp", "phone", "email", "web", "unknown"]
ComplaintSubject = Literal["delivery", "product", "price", "billing", "service", "other", "unknown"]
ComplaintOutcome = Literal["resolved", "dismissed", "unknown"]


class ComplaintEvent(EventEnvelope):
    """What every event of a complaint tells."""

    complaint_id: Annotated[int, Doc("The complaint.")]
    pharmacy_id: Annotated[int, Doc("Who complains.")]
    order_id: Annotated[int | None, Doc("The order it is about, when there is one.")]


class ComplaintOpened(ComplaintEvent):
    """A pharmacy complained."""

    channel: Annotated[ComplaintChannel, Doc("How.")]
    about: Annotated[ComplaintSubject, Doc("What about.")]
    opened_at: Annotated[datetime, Doc("When it was made.")]


class ComplaintResolved(ComplaintEvent):
    """A complaint was dealt with."""

    outcome: Annotated[ComplaintOutcome, Doc("How it ended.")]
    opened_at: Annotated[datetime, Doc("When it was made.")]
    resolved_at: Annotated[datetime, Doc("When it was dealt with.")]
