"""What a pharmacy asks after the sale: to send goods back, and to complain."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection

from store.outcomes import Refused

ReturnReason = Literal["damaged", "wrong_item", "short_expiry", "not_needed", "other"]
ComplaintSubject = Literal["delivery", "product", "price", "billing", "service", "other"]


@dataclass(frozen=True, slots=True)
class ReturnRequested:
    """A return that waits for a decision."""

    return_id: int
    order_id: int
    order_number: str
    supplier: str
    product_id: int
    product: str
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True)
class ComplaintOpened:
    """A complaint that waits for a person."""

    complaint_id: int
    subject: str
    order_number: str | None


async def request_return(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    order_id: int,
    product_id: int,
    quantity: int,
    reason: ReturnReason,
    details: str | None,
    now: datetime,
) -> ReturnRequested | Refused:
    """Asks to send goods of a delivered order back. Once for a ``request_id``.

    Refused for more than was bought and not sent back yet (``quantity``, with what is left); and of goods in order
    (``not_needed``, ``other``) after the supplier's days (``too_late``) or when they are kept cold
    (``not_returnable``).
    """
    raise NotImplementedError


async def open_complaint(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    subject: ComplaintSubject,
    body: str,
    now: datetime,
    order_id: int | None = None,
) -> ComplaintOpened | Refused:
    """Opens a complaint that came over WhatsApp; a ``body`` too long to keep is cut. Once for a ``request_id``."""
    raise NotImplementedError
