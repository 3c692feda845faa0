"""A pharmacy's returns of goods, and the money that came back for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Return:
    """A return, with its refund when there is one.

    ``status``: requested, approved, rejected, received or refunded. ``refund_status``: scheduled, done or failed;
    ``refund_method``: credit, pix or transfer.
    """

    return_id: int
    order_id: int
    order_number: str
    supplier: str
    product_id: int
    name: str
    presentation: str
    quantity: int
    reason: str
    status: str
    requested_at: datetime
    resolved_at: datetime | None
    refund_amount: Decimal | None
    refund_method: str | None
    refund_status: str | None
    refund_expected_on: date | None
    refund_done_at: datetime | None


async def returns(
    connection: AsyncConnection[Any], pharmacy_id: int, *, order_ids: Sequence[int] | None = None, limit: int = 10
) -> list[Return]:
    """The pharmacy's returns, of these orders when named, newest first. One query."""
    async with connection.cursor(row_factory=class_row(Return)) as cursor:
        orders = None if order_ids is None else list(order_ids)
        await cursor.execute(_RETURNS, {"pharmacy": pharmacy_id, "orders": orders, "limit": limit})
        return await cursor.fetchall()


_RETURNS = """
SELECT returns.id AS return_id, orders.id AS order_id, orders.number AS order_number, suppliers.trade_name AS supplier,
       products.id AS product_id, products.name, products.presentation, returns.quantity, returns.reason,
       returns.status, returns.requested_at, returns.resolved_at,
       coalesce(refunds.amount, returns.refund_amount) AS refund_amount, refunds.method AS refund_method,
       refunds.status AS refund_status, refunds.expected_on AS refund_expected_on, refunds.done_at AS refund_done_at
  FROM orders
  JOIN returns ON returns.order_id = orders.id
  JOIN products ON products.id = returns.product_id
  JOIN suppliers ON suppliers.id = orders.supplier_id
  LEFT JOIN refunds ON refunds.return_id = returns.id
 WHERE orders.pharmacy_id = %(pharmacy)s AND (%(orders)s::bigint[] IS NULL OR orders.id = ANY(%(orders)s))
 ORDER BY returns.requested_at DESC, returns.id DESC
 LIMIT %(limit)s
"""
