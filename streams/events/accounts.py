"""Captured pharmacies and contacts -> pharmacies.registered, .consent-changed."""

from collections.abc import Sequence

from schemas.captured import CAPTURED
from schemas.events import CONSENT_CHANGED, PHARMACY_REGISTERED
from schemas.records.accounts import Consent, PharmacyStatus
from streams.changes import Envelope
from streams.events.change import Emit, Event, before, known, moment, reads

_registered = Emit(PHARMACY_REGISTERED, CAPTURED["pharmacies"])
_consent_changed = Emit(CONSENT_CHANGED, CAPTURED["contacts"])


@reads("id", "cnpj", "trade_name", "city", "state", "status")
def pharmacies(change: Envelope) -> Sequence[Event]:
    """The event of a new pharmacy."""
    after = change["after"]
    if change["op"] != "c" or after is None:
        return ()
    fields = {
        "pharmacy_id": after["id"],
        "cnpj": after["cnpj"],
        "trade_name": after["trade_name"],
        "city": after["city"],
        "state": after["state"],
        "status": known(after["status"], PharmacyStatus),
    }
    return (_registered(change, str(after["id"]), fields),)


@reads("id", "pharmacy_id", "consent", "consent_at")
def contacts(change: Envelope) -> Sequence[Event]:
    """The event of a contact's consent, given or taken back."""
    after = change["after"]
    if change["op"] not in ("c", "u") or after is None:
        return ()
    old = before(change)
    was, now = None if old is None else known(old["consent"], Consent), known(after["consent"], Consent)
    if was == now:
        return ()
    fields = {
        "pharmacy_id": after["pharmacy_id"],
        "contact_id": after["id"],
        "before": was,
        "after": now,
        "changed_at": moment(after["consent_at"]),
    }
    return (_consent_changed(change, str(after["id"]), fields),)
