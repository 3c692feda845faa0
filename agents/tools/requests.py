"""Writes after a sale, on the account, and on consent; reads on returns."""

from collections.abc import Sequence
from typing import Literal

from agents.tools.desk import Desk
from agents.tools.tool import read, write
from store import after_sales, service_requests
from store import consent as consents
from store import returns as returning
from store.after_sales import ComplaintOpened, ComplaintSubject, ReturnReason, ReturnRequested
from store.consent import ConsentSet
from store.outcomes import Refused
from store.returns import Return
from store.service_requests import AccessKind, PaymentProblem, RegistrationField, ServiceRequested


@read
async def returns(desk: Desk, order_ids: Sequence[int] | None = None) -> Sequence[Return]:
    """The pharmacy's returns and what became of them."""
    return await desk.query(lambda connection: returning.returns(connection, desk.pharmacy, order_ids=order_ids))


@write
async def request_registration(desk: Desk, cnpj: str, name: str, city: str | None) -> ServiceRequested | Refused:
    """Asks for a new pharmacy's registration; anybody may."""
    return await desk.change(
        lambda connection: service_requests.request_registration(
            connection, request_id=desk.request_id, cnpj=cnpj, name=name, city=city, phone=desk.phone, now=desk.now
        )
    )


@write
async def request_return(
    desk: Desk, order_id: int, product_id: int, quantity: int, *, reason: ReturnReason, details: str | None = None
) -> ReturnRequested | Refused:
    """Asks for goods to go back."""
    return await desk.change(
        lambda connection: after_sales.request_return(
            connection,
            **desk.signed,
            order_id=order_id,
            product_id=product_id,
            quantity=quantity,
            reason=reason,
            details=details,
        )
    )


@write
async def open_complaint(
    desk: Desk, subject: ComplaintSubject, body: str, order_id: int | None = None
) -> ComplaintOpened | Refused:
    """Opens a complaint."""
    return await desk.change(
        lambda connection: after_sales.open_complaint(
            connection,
            **desk.signed,
            subject=subject,
            body=body,
            order_id=order_id,
        )
    )


@write
async def request_registration_update(desk: Desk, field: RegistrationField, value: str) -> ServiceRequested | Refused:
    """Asks for a change of the pharmacy's registration; documents are checked by a person."""
    return await desk.change(
        lambda connection: service_requests.request_registration_update(
            connection,
            **desk.signed,
            field=field,
            value=value,
        )
    )


@write
async def request_access_help(desk: Desk, kind: AccessKind, details: str) -> ServiceRequested | Refused:
    """Asks for help with signing in."""
    return await desk.change(
        lambda connection: service_requests.request_access_help(
            connection,
            **desk.signed,
            kind=kind,
            details=details,
        )
    )


@write
async def request_invoice_copy(
    desk: Desk, order_id: int, documents: tuple[Literal["danfe", "xml", "boleto"], ...]
) -> ServiceRequested | Refused:
    """Asks for copies of an order's documents."""
    return await desk.change(
        lambda connection: service_requests.request_invoice_copy(
            connection,
            **desk.signed,
            order_id=order_id,
            documents=documents,
        )
    )


@write
async def report_payment_problem(
    desk: Desk, kind: PaymentProblem, details: str, order_id: int | None = None
) -> ServiceRequested | Refused:
    """Reports a payment that went wrong."""
    return await desk.change(
        lambda connection: service_requests.report_payment_problem(
            connection,
            **desk.signed,
            kind=kind,
            details=details,
            order_id=order_id,
        )
    )


@write
async def set_consent(desk: Desk, consent: Literal["granted", "revoked"]) -> ConsentSet | Refused:
    """Keeps whether the contact wants messages."""
    return await desk.change(
        lambda connection: consents.set_consent(
            connection,
            **desk.signed,
            consent=consent,
        )
    )
