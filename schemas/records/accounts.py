"""Pharmacy events other teams subscribe to."""

from datetime import datetime
from typing import Annotated, Literal

from schemas.marks import Doc
from schemas.records.event import EventEnvelope

PharmacyStatus = Literal["pending", "active", "blocked", "closed", "unknown"]
Consent = Literal["granted", "revoked", "unknown"]


class PharmacyRegistered(EventEnvelope):
    """A pharmacy joined the marketplace."""

    pharmacy_id: Annotated[int, Doc("The pharmacy.")]
    cnpj: Annotated[str, Doc("Company registration: 14 characters, without punctuation.")]
    trade_name: Annotated[str, Doc("Nome fantasia: the name on the door.")]
    city: Annotated[str, Doc("Where it is.")]
    state: Annotated[str, Doc("The federative unit's two letters.")]
    status: Annotated[PharmacyStatus, Doc("Whether it may order already.")]


class ConsentChanged(EventEnvelope):
    """A contact allowed us to write first, or took that back."""

    pharmacy_id: Annotated[int, Doc("For whom the contact speaks.")]
    contact_id: Annotated[int, Doc("The contact; who it is stays with us.")]
    before: Annotated[Consent | None, Doc("Until now; null for a new contact.")]
    after: Annotated[Consent, Doc("From now on.")]
    changed_at: Annotated[datetime, Doc("When the person said so.")]
