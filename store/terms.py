"""On what terms suppliers sell: the smallest order, delivery and payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class SupplierTerms:
    """``minimum_order`` is BRL of an order's items, ``cutoff_hour`` in Brasília; ``None`` where not known or none."""

    supplier_id: int
    supplier: str
    minimum_order: Decimal | None
    cutoff_hour: int | None
    return_days: int | None


@dataclass(frozen=True, slots=True)
class DeliveryArea:
    """How a supplier delivers to a place. ``city`` is ``None`` when the state's terms hold for it.

    ``days_from`` and ``days_to`` are working days after confirmation; ``weekdays`` as ISO counts them, ``[1, 3, 5]``.
    """

    supplier_id: int
    supplier: str
    state: str
    city: str | None
    freight: Decimal
    free_freight_from: Decimal | None
    days_from: int
    days_to: int
    weekdays: list[int]


@dataclass(frozen=True, slots=True)
class PaymentTerm:
    """A way to pay a supplier. ``due_days`` of ``(0,)`` is at sight, ``(28, 35)`` two instalments; ``agreed`` is for
    this pharmacy alone."""

    supplier_id: int
    supplier: str
    method: str
    due_days: tuple[int, ...]
    discount: Decimal
    minimum_order: Decimal | None
    agreed: bool


@dataclass(frozen=True, slots=True)
class City:
    """A city that the marketplace knows."""

    name: str
    state: str


async def supplier_terms(connection: AsyncConnection[Any], supplier_ids: Sequence[int]) -> list[SupplierTerms]:
    """The suppliers' terms, in the order asked. One query."""
    async with connection.cursor(row_factory=class_row(SupplierTerms)) as cursor:
        await cursor.execute(_SUPPLIERS, {"suppliers": list(supplier_ids)})
        return await cursor.fetchall()


async def delivery_areas(
    connection: AsyncConnection[Any], *, state: str, city: str | None, supplier_ids: Sequence[int] | None = None
) -> list[DeliveryArea]:
    """Who of the active suppliers (or of those named) delivers to the place, and how, fastest first. One query.

    A supplier has at most one line: the city's own, else the state's. Without ``city``, the state's.
    """
    async with connection.cursor(row_factory=class_row(DeliveryArea)) as cursor:
        await cursor.execute(_AREAS, {"state": state, "city": city, "suppliers": _some(supplier_ids)})
        return await cursor.fetchall()


async def payment_terms(
    connection: AsyncConnection[Any], pharmacy_id: int, supplier_ids: Sequence[int] | None = None
) -> list[PaymentTerm]:
    """How the pharmacy may pay each active supplier (or each of those named), supplier by supplier. One query.

    What was agreed with the pharmacy comes first; then boleto, Pix, card, and within each the longest.
    """
    async with connection.cursor() as cursor:
        await cursor.execute(_PAYMENT, {"pharmacy": pharmacy_id, "suppliers": _some(supplier_ids)})
        return [
            PaymentTerm(supplier_id, supplier, method, days_of(due_days), discount, minimum, agreed)
            for supplier_id, supplier, method, due_days, discount, minimum, agreed in await cursor.fetchall()
        ]


async def cities(connection: AsyncConnection[Any]) -> list[City]:
    """Every city that a pharmacy, an address or a delivery area names, by name; a few thousand at most."""
    async with connection.cursor(row_factory=class_row(City)) as cursor:
        await cursor.execute(_CITIES)
        return await cursor.fetchall()


def days_of(due_days: str) -> tuple[int, ...]:
    """``"28/35"`` as ``(28, 35)``."""
    return tuple(int(days) for days in due_days.split("/"))


def _some(ids: Sequence[int] | None) -> list[int] | None:
    return None if ids is None else list(ids)


_SUPPLIERS = """
SELECT suppliers.id AS supplier_id, suppliers.trade_name AS supplier, suppliers.minimum_order, suppliers.cutoff_hour,
       suppliers.return_days
  FROM unnest(%(suppliers)s::bigint[]) WITH ORDINALITY AS asked (supplier_id, place)
  JOIN suppliers ON suppliers.id = asked.supplier_id
 ORDER BY asked.place
"""
_AREAS = """
SELECT supplier_id, supplier, state, city, freight, free_freight_from, days_from, days_to, weekdays FROM (
    SELECT DISTINCT ON (suppliers.id) suppliers.id AS supplier_id, suppliers.trade_name AS supplier,
           delivery_areas.state, delivery_areas.city, delivery_areas.freight, delivery_areas.free_freight_from,
           delivery_areas.days_from, delivery_areas.days_to,
           string_to_array(delivery_areas.weekdays, NULL)::integer[] AS weekdays
      FROM delivery_areas JOIN suppliers ON suppliers.id = delivery_areas.supplier_id AND suppliers.status = 'active'
     WHERE delivery_areas.state = %(state)s AND (delivery_areas.city IS NULL OR delivery_areas.city = %(city)s)
       AND (%(suppliers)s::bigint[] IS NULL OR suppliers.id = ANY(%(suppliers)s))
     ORDER BY suppliers.id, delivery_areas.city NULLS LAST
) AS area
 ORDER BY days_to, days_from, freight, supplier_id
"""
_PAYMENT = """
SELECT suppliers.id, suppliers.trade_name, payment_terms.method, payment_terms.due_days, payment_terms.discount,
       payment_terms.minimum_order, payment_terms.pharmacy_id IS NOT NULL
  FROM payment_terms JOIN suppliers ON suppliers.id = payment_terms.supplier_id AND suppliers.status = 'active'
 WHERE (payment_terms.pharmacy_id IS NULL OR payment_terms.pharmacy_id = %(pharmacy)s)
   AND (%(suppliers)s::bigint[] IS NULL OR suppliers.id = ANY(%(suppliers)s))
 ORDER BY suppliers.id, payment_terms.pharmacy_id NULLS LAST, array_position(ARRAY['boleto', 'pix', 'card'], method),
          length(payment_terms.due_days) DESC, payment_terms.due_days DESC, payment_terms.id
"""
_CITIES = """
SELECT city AS name, state FROM pharmacies
 UNION
SELECT city, state FROM delivery_addresses
 UNION
SELECT city, state FROM delivery_areas WHERE city IS NOT NULL
 ORDER BY 1, 2
"""
