"""The domain events of complaints."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from balcao_events.records import Event

ComplaintChannel = Literal[
    "whatsapp",
    "phone",
    "email",
    "web",
    "unknown",
]

ComplaintOutcome = Literal[
    "resolved",
    "dismissed",
    "unknown",
]

ComplaintSubject = Literal[
    "delivery",
    "product",
    "price",
    "billing",
    "service",
    "other",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintOpened(Event):
    """A pharmacy complained.

    Topic ``complaints.opened.v1``, owned by support (support@balcao.example).
    """

    complaint_id: int
    """The complaint."""
    pharmacy_id: int
    """Who complains."""
    order_id: int | None = None
    """The order it is about, when there is one."""
    channel: ComplaintChannel
    """How."""
    about: ComplaintSubject
    """What about."""
    opened_at: datetime
    """When it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintResolved(Event):
    """A complaint was dealt with.

    Topic ``complaints.resolved.v1``, owned by support (support@balcao.example).
    """

    complaint_id: int
    """The complaint."""
    pharmacy_id: int
    """Who complains."""
    order_id: int | None = None
    """The order it is about, when there is one."""
    outcome: ComplaintOutcome
    """How it ended."""
    opened_at: datetime
    """When it was made."""
    resolved_at: datetime
    """When it was dealt with."""
