"""The domain events of pharmacies."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from balcao_events.records import Event

Consent = Literal[
    "granted",
    "revoked",
    "unknown",
]

PharmacyStatus = Literal[
    "pending",
    "active",
    "blocked",
    "closed",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyRegistered(Event):
    """A pharmacy joined the marketplace.

    Topic ``pharmacies.registered.v1``, owned by accounts (accounts@balcao.example).
    """

    pharmacy_id: int
    """The pharmacy."""
    cnpj: str
    """Company registration: 14 characters, without punctuation."""
    trade_name: str
    """Nome fantasia: the name on the door."""
    city: str
    """Where it is."""
    state: str
    """The federative unit's two letters."""
    status: PharmacyStatus
    """Whether it may order already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged(Event):
    """A contact allowed us to write first, or took that back.

    Topic ``pharmacies.consent-changed.v1``, owned by accounts (accounts@balcao.example).
    """

    pharmacy_id: int
    """For whom the contact speaks."""
    contact_id: int
    """The contact; who it is stays with us."""
    before: Consent | None = None
    """Until now; null for a new contact."""
    after: Consent
    """From now on."""
    changed_at: datetime
    """When the person said so."""
