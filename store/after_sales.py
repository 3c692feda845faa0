"""What a pharmacy asks after the sale: to send goods back, and to complain."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection

from store.orders import number_of
from store.outcomes import Refused, refused
from store.requests import Request, cut, inserted, once

ReturnReason = Literal["damaged", "wrong_item", "short_expiry", "not_needed", "other"]
ComplaintSubject = Literal["delivery", "product", "price", "billing", "service", "other"]

_IN_ORDER = frozenset({"not_needed", "other"})
"""Reasons that do not blame the goods: they are sent back as good as new, or not at all."""
_COLD = frozenset({"refrigerated", "frozen"})
_RETURN_DAYS = 7
"""For a supplier that names no days."""


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

    async def effect() -> ReturnRequested | Refused:
        if quantity <= 0:
            return refused("quantity", wanted=quantity)
        cursor = await connection.execute(_BOUGHT, {"order": order_id, "pharmacy": pharmacy_id, "product": product_id})
        if (row := await cursor.fetchone()) is None:
            return refused("not_found")
        number, status, supplier, name, storage, bought, asked, return_days, delivered_at = row
        if status != "delivered":
            return refused("order_state", state=status)
        if reason in _IN_ORDER:
            if storage in _COLD:
                return refused("not_returnable", state=storage)
            if delivered_at is not None and (now - delivered_at).days > (return_days or _RETURN_DAYS):
                return refused("too_late", wanted=(now - delivered_at).days, allowed=return_days or _RETURN_DAYS)
        if quantity > bought - asked:
            return refused("quantity", wanted=quantity, allowed=bought - asked)
        return_id = await inserted(
            connection,
            _RETURN,
            {
                "order": order_id,
                "product": product_id,
                "quantity": quantity,
                "reason": reason,
                "details": cut(details, 4000) if details else None,
                "now": now,
            },
        )
        return ReturnRequested(return_id, order_id, number, supplier, product_id, name, quantity, reason)

    request = Request(request_id, "request_return", pharmacy_id, contact_id, now, ReturnRequested)
    return await once(connection, request, effect)


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

    async def effect() -> ComplaintOpened | Refused:
        words = cut(body, 6000)
        if not words:
            return refused("invalid")
        number = None
        if order_id is not None and (number := await number_of(connection, pharmacy_id, order_id)) is None:
            return refused("not_found")
        complaint_id = await inserted(
            connection,
            _COMPLAINT,
            {
                "pharmacy": pharmacy_id,
                "contact": contact_id,
                "order": order_id,
                "subject": subject,
                "body": words,
                "now": now,
            },
        )
        return ComplaintOpened(complaint_id, subject, number)

    request = Request(request_id, "open_complaint", pharmacy_id, contact_id, now, ComplaintOpened)
    return await once(connection, request, effect)


_BOUGHT = """
SELECT orders.number, orders.status, suppliers.trade_name, products.name, products.storage,
       (SELECT coalesce(sum(order_items.quantity), 0) FROM order_items
         WHERE order_items.order_id = orders.id AND order_items.product_id = products.id),
       (SELECT coalesce(sum(returns.quantity), 0) FROM returns
         WHERE returns.order_id = orders.id AND returns.product_id = products.id AND returns.status <> 'rejected'),
       suppliers.return_days,
       (SELECT max(shipments.delivered_at) FROM shipments WHERE shipments.order_id = orders.id)
  FROM orders
  JOIN suppliers ON suppliers.id = orders.supplier_id
  JOIN products ON products.id = %(product)s
 WHERE orders.id = %(order)s AND orders.pharmacy_id = %(pharmacy)s
   AND EXISTS (SELECT FROM order_items WHERE order_items.order_id = orders.id AND order_items.product_id = products.id)
"""
_RETURN = """
INSERT INTO returns (order_id, product_id, quantity, reason, details, status, requested_at)
VALUES (%(order)s, %(product)s, %(quantity)s, %(reason)s, %(details)s, 'requested', %(now)s)
RETURNING id
"""
_COMPLAINT = """
INSERT INTO complaints (pharmacy_id, contact_id, order_id, channel, subject, body, status, opened_at)
VALUES (%(pharmacy)s, %(contact)s, %(order)s, 'whatsapp', %(subject)s, %(body)s, 'open', %(now)s)
RETURNING id
"""
