"""A pharmacy's invoices, what they are paid with, and what came in for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Invoice:
    """An electronic invoice (NF-e) of one of the pharmacy's orders. ``status``: issued, paid, overdue or cancelled."""

    invoice_id: int
    order_id: int
    order_number: str
    supplier_id: int
    supplier: str
    access_key: str
    series: int
    number: int
    amount: Decimal
    status: str
    issued_at: datetime
    due_on: date
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class Charge:
    """An instalment of an invoice. ``status``: open, paid or cancelled; ``method``: boleto, pix or card.

    ``digitable_line`` has 47 digits without punctuation. ``paid`` is what came in for good, BRL; ``duplicates`` how
    much came in more than once and was not given back yet.
    """

    charge_id: int
    invoice_id: int
    invoice_number: int
    order_id: int
    order_number: str
    supplier: str
    instalment: int
    instalments: int
    method: str
    digitable_line: str | None
    pix_txid: str | None
    amount: Decimal
    due_on: date
    status: str
    paid: Decimal
    paid_at: datetime | None
    duplicates: Decimal


async def invoices(
    connection: AsyncConnection[Any],
    pharmacy_id: int,
    *,
    order_ids: Sequence[int] | None = None,
    number: int | None = None,
    unpaid: bool = False,
    limit: int = 20,
) -> list[Invoice]:
    """The pharmacy's invoices, newest first; of the orders, with the number, or not paid yet, when asked so.

    One query.
    """
    async with connection.cursor(row_factory=class_row(Invoice)) as cursor:
        await cursor.execute(
            _INVOICES,
            {
                "pharmacy": pharmacy_id,
                "orders": None if order_ids is None else list(order_ids),
                "number": number,
                "unpaid": unpaid,
                "limit": limit,
            },
        )
        return await cursor.fetchall()


async def charges(
    connection: AsyncConnection[Any],
    pharmacy_id: int,
    *,
    order_ids: Sequence[int] | None = None,
    invoice_ids: Sequence[int] | None = None,
    open_only: bool = False,
    limit: int = 20,
) -> list[Charge]:
    """The pharmacy's charges, invoice by invoice, newest invoice first, instalments in order. One query."""
    async with connection.cursor(row_factory=class_row(Charge)) as cursor:
        await cursor.execute(
            _CHARGES,
            {
                "pharmacy": pharmacy_id,
                "orders": None if order_ids is None else list(order_ids),
                "invoices": None if invoice_ids is None else list(invoice_ids),
                "open_only": open_only,
                "limit": limit,
            },
        )
        return await cursor.fetchall()


def written_line(digitable_line: str) -> str:
    """A digitable line as it is printed: ``00190.00009 01234.567891 23456.789012 3 99990000012345``."""
    first, second, third = digitable_line[:10], digitable_line[10:21], digitable_line[21:32]
    fields = (f"{first[:5]}.{first[5:]}", f"{second[:5]}.{second[5:]}", f"{third[:5]}.{third[5:]}")
    return " ".join((*fields, digitable_line[32], digitable_line[33:]))


_INVOICES = """
SELECT invoices.id AS invoice_id, orders.id AS order_id, orders.number AS order_number, orders.supplier_id,
       suppliers.trade_name AS supplier, invoices.access_key, invoices.series, invoices.number, invoices.amount,
       invoices.status, invoices.issued_at, invoices.due_on, invoices.paid_at
  FROM orders
  JOIN invoices ON invoices.order_id = orders.id
  JOIN suppliers ON suppliers.id = orders.supplier_id
 WHERE orders.pharmacy_id = %(pharmacy)s
   AND (%(orders)s::bigint[] IS NULL OR orders.id = ANY(%(orders)s))
   AND (%(number)s::integer IS NULL OR invoices.number = %(number)s)
   AND (NOT %(unpaid)s OR invoices.status IN ('issued', 'overdue'))
 ORDER BY invoices.issued_at DESC, invoices.id DESC
 LIMIT %(limit)s
"""
_CHARGES = """
SELECT charges.id AS charge_id, invoices.id AS invoice_id, invoices.number AS invoice_number, orders.id AS order_id,
       orders.number AS order_number, suppliers.trade_name AS supplier, charges.instalment,
       (SELECT count(*) FROM charges AS others WHERE others.invoice_id = invoices.id) AS instalments, charges.method,
       charges.digitable_line, charges.pix_txid, charges.amount, charges.due_on, charges.status, received.paid,
       received.paid_at, received.duplicates
  FROM orders
  JOIN invoices ON invoices.order_id = orders.id
  JOIN charges ON charges.invoice_id = invoices.id
  JOIN suppliers ON suppliers.id = orders.supplier_id
 CROSS JOIN LATERAL (
     SELECT coalesce(sum(payments.amount) FILTER (WHERE payments.status = 'settled'), 0) AS paid,
            max(payments.paid_at) FILTER (WHERE payments.status = 'settled') AS paid_at,
            coalesce(sum(payments.amount) FILTER (WHERE payments.status = 'duplicate'), 0) AS duplicates
       FROM payments WHERE payments.charge_id = charges.id
 ) AS received
 WHERE orders.pharmacy_id = %(pharmacy)s
   AND (%(orders)s::bigint[] IS NULL OR orders.id = ANY(%(orders)s))
   AND (%(invoices)s::bigint[] IS NULL OR invoices.id = ANY(%(invoices)s))
   AND (NOT %(open_only)s OR charges.status = 'open')
 ORDER BY invoices.issued_at DESC, invoices.id DESC, charges.instalment
 LIMIT %(limit)s
"""
