"""How much a pharmacy may still buy on a boleto."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Credit:
    """BRL. ``used`` follows from orders, invoices and charges (the database's ``credit_used``), it is not kept
    anywhere.

    ``blocked_reason`` is overdue, documents or review, and ``None`` when the pharmacy may buy on a boleto.
    """

    pharmacy_id: int
    credit_limit: Decimal
    used: Decimal
    blocked_reason: str | None
    overdue: Decimal
    oldest_overdue: date | None

    @property
    def available(self) -> Decimal:
        """What is left of the limit, never below zero."""
        return max(self.credit_limit - self.used, Decimal("0.00"))


async def credit(connection: AsyncConnection[Any], pharmacy_id: int) -> Credit | None:
    """The pharmacy's credit; ``None`` when it was never given any. One query."""
    async with connection.cursor(row_factory=class_row(Credit)) as cursor:
        await cursor.execute(_CREDIT, {"pharmacy": pharmacy_id})
        return await cursor.fetchone()


_CREDIT = """
SELECT credit_limits.pharmacy_id, credit_limits.credit_limit, credit_used(credit_limits.pharmacy_id) AS used,
       credit_limits.blocked_reason, late.overdue, late.oldest_overdue
  FROM credit_limits
 CROSS JOIN LATERAL (
     SELECT coalesce(sum(invoices.amount), 0) AS overdue, min(invoices.due_on) AS oldest_overdue
       FROM orders JOIN invoices ON invoices.order_id = orders.id AND invoices.status = 'overdue'
      WHERE orders.pharmacy_id = credit_limits.pharmacy_id
 ) AS late
 WHERE credit_limits.pharmacy_id = %(pharmacy)s
"""
