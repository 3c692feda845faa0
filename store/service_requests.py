"""What a person of the marketplace must do for a pharmacy: asked here, done in the back office.

Asking again for what is open already gives the open request (``again``).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection

from schemas.identifiers import bare_cnpj, is_cnpj
from store.orders import number_of
from store.outcomes import Refused, refused
from store.requests import Request, cut, inserted, once

Kind = Literal["registration_update", "registration_new", "access_help", "invoice_copy", "payment_problem"]
RegistrationField = Literal[
    "cnpj", "legal_name", "trade_name", "address", "phone", "email", "licence", "contact", "other"
]
AccessKind = Literal["password", "code", "blocked", "user", "other"]
PaymentProblem = Literal["boleto_refused", "charged_twice", "not_recognised", "wrong_amount", "expired", "other"]


@dataclass(frozen=True, slots=True)
class ServiceRequested:
    """A request that waits for a person."""

    service_request_id: int
    kind: Kind
    again: bool


async def request_registration_update(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    field: RegistrationField,
    value: str,
    now: datetime,
) -> ServiceRequested | Refused:
    """Asks to change what is known of the pharmacy; ``invalid_cnpj`` for a CNPJ that is none."""
    asked = bare_cnpj(value) if field == "cnpj" else cut(value, _LONGEST)

    async def effect() -> ServiceRequested | Refused:
        if field == "cnpj" and not is_cnpj(asked):
            return refused("invalid_cnpj")
        if not asked:
            return refused("invalid")
        details = {"field": field, "value": asked}
        return await _open(request, connection, "registration_update", details)

    request = Request(request_id, "request_registration_update", pharmacy_id, contact_id, now, ServiceRequested)
    return await once(connection, request, effect)


async def request_registration(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    cnpj: str,
    name: str,
    city: str | None,
    phone: str,
    now: datetime,
) -> ServiceRequested | Refused:
    """Somebody unknown wants to buy: ``cnpj`` as written, ``phone`` from the channel, ``name`` of company or person.

    Refused for a CNPJ that is none (``invalid_cnpj``) or that has an account (``already_registered``).
    """
    bare = bare_cnpj(cnpj)

    async def effect() -> ServiceRequested | Refused:
        if not is_cnpj(bare):
            return refused("invalid_cnpj")
        cursor = await connection.execute(_REGISTERED, [bare])
        if await cursor.fetchone() is not None:
            return refused("already_registered")
        details = {"cnpj": bare, "name": cut(name, 200), "city": cut(city or "", 100) or None, "phone": phone}
        return await _open(request, connection, "registration_new", details)

    request = Request(request_id, "request_registration", None, None, now, ServiceRequested)
    return await once(connection, request, effect)


async def request_access_help(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    kind: AccessKind,
    details: str,
    now: datetime,
) -> ServiceRequested | Refused:
    """Asks for help with signing in."""

    async def effect() -> ServiceRequested | Refused:
        told = {"kind": kind, "details": cut(details, _LONGEST)}
        return await _open(request, connection, "access_help", told)

    request = Request(request_id, "request_access_help", pharmacy_id, contact_id, now, ServiceRequested)
    return await once(connection, request, effect)


async def request_invoice_copy(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    order_id: int,
    documents: tuple[Literal["danfe", "xml", "boleto"], ...],
    now: datetime,
) -> ServiceRequested | Refused:
    """Asks for files of the order's invoices; ``order_state`` when it has none yet."""

    async def effect() -> ServiceRequested | Refused:
        cursor = await connection.execute(_INVOICED, {"order": order_id, "pharmacy": pharmacy_id})
        if (row := await cursor.fetchone()) is None:
            return refused("not_found")
        status, invoiced = row
        if not invoiced:
            return refused("order_state", state=status)
        details = {"documents": sorted(set(documents))}
        return await _open(request, connection, "invoice_copy", details, order_id=order_id)

    request = Request(request_id, "request_invoice_copy", pharmacy_id, contact_id, now, ServiceRequested)
    return await once(connection, request, effect)


async def report_payment_problem(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    kind: PaymentProblem,
    details: str,
    now: datetime,
    order_id: int | None = None,
) -> ServiceRequested | Refused:
    """Reports that a payment went wrong."""

    async def effect() -> ServiceRequested | Refused:
        if order_id is not None and await number_of(connection, pharmacy_id, order_id) is None:
            return refused("not_found")
        told = {"kind": kind, "details": cut(details, _LONGEST)}
        return await _open(request, connection, "payment_problem", told, order_id=order_id)

    request = Request(request_id, "report_payment_problem", pharmacy_id, contact_id, now, ServiceRequested)
    return await once(connection, request, effect)


async def _open(
    request: Request[ServiceRequested],
    connection: AsyncConnection[Any],
    kind: Kind,
    details: Mapping[str, object],
    *,
    order_id: int | None = None,
) -> ServiceRequested:
    """Opens the request, or finds the open one that asks the same."""
    parameters = {
        "kind": kind,
        "pharmacy": request.pharmacy_id,
        "contact": request.contact_id,
        "order": order_id,
        "details": json.dumps(details, ensure_ascii=False),
        "same": json.dumps({key: value for key, value in details.items() if key in _SAME}),
        "now": request.at,
    }
    cursor = await connection.execute(_FIND, parameters)
    if (row := await cursor.fetchone()) is not None:
        return ServiceRequested(int(row[0]), kind, again=True)
    return ServiceRequested(await inserted(connection, _OPEN, parameters), kind, again=False)


_LONGEST = 2500
_SAME = ("field", "value", "cnpj", "kind", "documents")
"""What of the details makes two requests of one kind and order the same: words around it do not."""
_REGISTERED = "SELECT FROM pharmacies WHERE cnpj = %s"
_INVOICED = """
SELECT status, EXISTS (SELECT FROM invoices WHERE invoices.order_id = orders.id)
  FROM orders WHERE id = %(order)s AND pharmacy_id = %(pharmacy)s
"""
_FIND = """
SELECT id FROM service_requests
 WHERE kind = %(kind)s AND pharmacy_id IS NOT DISTINCT FROM %(pharmacy)s::bigint
   AND order_id IS NOT DISTINCT FROM %(order)s::bigint AND status = 'open' AND details::jsonb @> %(same)s::jsonb
 ORDER BY id LIMIT 1
"""
_OPEN = """
INSERT INTO service_requests (kind, pharmacy_id, contact_id, order_id, details, status, opened_at)
VALUES (%(kind)s, %(pharmacy)s, %(contact)s, %(order)s, %(details)s, 'open', %(now)s)
RETURNING id
"""
