"""The captured rows of addresses, credit, payment and refunds; as in ``schemas.records.marketplace``."""

from typing import Annotated, TypedDict

from schemas.marks import Doc, Personal
from schemas.records.marketplace import Date, Money, Small, Timestamp, TimestampOrNone


class DeliveryAddress(TypedDict):
    """Where a pharmacy receives goods."""

    id: Annotated[int, Doc("The address.")]
    pharmacy_id: Annotated[int, Doc("Whose it is.")]
    label: Annotated[str, Doc("What the pharmacy calls it.")]
    street: Annotated[str, Doc("The street."), Personal("a sole trader's address")]
    number: Annotated[str, Doc("The number in the street, or S/N."), Personal("a sole trader's address")]
    complement: Annotated[str | None, Doc("What finds the door, when needed."), Personal("a sole trader's address")]
    district: Annotated[str, Doc("The district (bairro).")]
    city: Annotated[str, Doc("The city.")]
    state: Annotated[str, Doc("The federative unit's two letters.")]
    postal_code: Annotated[str, Doc("CEP: 8 digits."), Personal("a sole trader's address")]
    preferred: Annotated[bool, Doc("Whether orders go there unless another is named.")]
    status: Annotated[str, Doc("active or closed.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class CreditLimit(TypedDict):
    """How much a pharmacy may owe. What it owes follows from its orders, invoices and charges: credit_used()."""

    pharmacy_id: Annotated[int, Doc("The pharmacy.")]
    credit_limit: Annotated[Money, Doc("The most it may owe, BRL.")]
    blocked_reason: Annotated[
        str | None, Doc("Why it may not buy on a boleto: overdue, documents or review; null when it may.")
    ]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Charge(TypedDict):
    """An instalment of an invoice, to be paid by a boleto, Pix or card."""

    id: Annotated[int, Doc("The charge.")]
    invoice_id: Annotated[int, Doc("What it charges.")]
    instalment: Annotated[Small, Doc("Its place among the invoice's, from 1.")]
    method: Annotated[str, Doc("boleto, pix or card.")]
    digitable_line: Annotated[str | None, Doc("A boleto's digitable line: 47 digits, four of them check digits.")]
    pix_txid: Annotated[str | None, Doc("The id of the Pix charge, when it can be paid so.")]
    amount: Annotated[Money, Doc("BRL to pay.")]
    due_on: Annotated[Date, Doc("The last day to pay.")]
    status: Annotated[str, Doc("open, paid or cancelled.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Payment(TypedDict):
    """Money that came in for a charge."""

    id: Annotated[int, Doc("The payment.")]
    charge_id: Annotated[int, Doc("What it pays.")]
    method: Annotated[str, Doc("boleto, pix or card.")]
    amount: Annotated[Money, Doc("BRL that came in.")]
    status: Annotated[str, Doc("settled, duplicate (the charge was paid before) or reversed.")]
    paid_at: Annotated[Timestamp, Doc("When it was paid.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Refund(TypedDict):
    """Money given back for a return."""

    id: Annotated[int, Doc("The refund.")]
    return_id: Annotated[int, Doc("What it is for.")]
    method: Annotated[str, Doc("credit (towards the next invoices), pix or transfer.")]
    amount: Annotated[Money, Doc("BRL given back.")]
    status: Annotated[str, Doc("scheduled, done or failed.")]
    expected_on: Annotated[Date, Doc("The day it should arrive at the latest.")]
    done_at: Annotated[TimestampOrNone, Doc("When it was done.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class ServiceRequest(TypedDict):
    """What a person must do for a pharmacy."""

    id: Annotated[int, Doc("The request.")]
    kind: Annotated[str, Doc("registration_update, registration_new, access_help, invoice_copy or payment_problem.")]
    pharmacy_id: Annotated[int | None, Doc("For whom; null for somebody who wants to become a customer.")]
    contact_id: Annotated[int | None, Doc("Who asked, when known.")]
    order_id: Annotated[int | None, Doc("The order it is about, when there is one.")]
    details: Annotated[str, Doc("What was asked, a JSON object."), Personal("free text")]
    status: Annotated[str, Doc("open, done or dismissed.")]
    opened_at: Annotated[Timestamp, Doc("When it was asked.")]
    resolved_at: Annotated[TimestampOrNone, Doc("When it was done or dismissed.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]
