"""What a person of the marketplace must do for a pharmacy: asked here, done in the back office.

Asking again for what is open already gives the open request (``again``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection

from store.outcomes import Refused

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
    raise NotImplementedError


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
    """Somebody unknown wants to buy: ``cnpj`` as written, ``name`` of the company or person, ``phone`` from the
    channel.

    Refused for a CNPJ that is none (``invalid_cnpj``) or that has an account (``already_registered``).
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError
