"""Captured complaints -> complaints.opened, .resolved."""

from collections.abc import Sequence

from schemas.captured import CAPTURED
from schemas.events import COMPLAINT_OPENED, COMPLAINT_RESOLVED
from schemas.records.complaints import ComplaintChannel, ComplaintOutcome, ComplaintSubject
from streams.changes import Envelope
from streams.events.change import Emit, Event, before, known, moment, reads

_opened = Emit(COMPLAINT_OPENED, CAPTURED["complaints"])
_resolved = Emit(COMPLAINT_RESOLVED, CAPTURED["complaints"])


@reads("id", "pharmacy_id", "order_id", "channel", "subject", "status", "opened_at", "resolved_at")
def decide(change: Envelope) -> Sequence[Event]:
    """The events of a complaint that is made or dealt with."""
    after = change["after"]
    if change["op"] not in ("c", "u") or after is None:
        return ()
    old = before(change)
    subject, opened_at, events = str(after["id"]), moment(after["opened_at"]), []
    complaint = {"complaint_id": after["id"], "pharmacy_id": after["pharmacy_id"], "order_id": after["order_id"]}
    if old is None:
        made = {
            "channel": known(after["channel"], ComplaintChannel),
            "about": known(after["subject"], ComplaintSubject),
            "opened_at": opened_at,
        }
        events.append(_opened(change, subject, {**complaint, **made}))
    if after["resolved_at"] is not None and (old is None or old["resolved_at"] is None):
        dealt = {
            "outcome": known(after["status"], ComplaintOutcome),
            "opened_at": opened_at,
            "resolved_at": moment(after["resolved_at"]),
        }
        events.append(_resolved(change, subject, {**complaint, **dealt}))
    return events
