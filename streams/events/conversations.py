"""Captured conversations, turns and escalations -> conversations.started, .answered, .escalated, .resolved, .rated."""

from collections.abc import Sequence

from schemas.captured import PLATFORM_CAPTURED
from schemas.events import (
    CONVERSATION_ANSWERED,
    CONVERSATION_ESCALATED,
    CONVERSATION_RATED,
    CONVERSATION_RESOLVED,
    CONVERSATION_STARTED,
)
from schemas.records.dialogue import Channel, Priority
from streams.changes import Envelope
from streams.events.change import Emit, Event, before, known, moment, reads

_SILENT = "silent"
_started = Emit(CONVERSATION_STARTED, PLATFORM_CAPTURED["conversations"])
_resolved = Emit(CONVERSATION_RESOLVED, PLATFORM_CAPTURED["conversations"])
_rated = Emit(CONVERSATION_RATED, PLATFORM_CAPTURED["conversations"])
_answered = Emit(CONVERSATION_ANSWERED, PLATFORM_CAPTURED["turns"])
_escalated = Emit(CONVERSATION_ESCALATED, PLATFORM_CAPTURED["escalations"])


@reads("id", "pharmacy_id", "channel", "state", "opened_at", "closed_at", "rating", "rated_at")
def conversations(change: Envelope) -> Sequence[Event]:
    """The events of a conversation that begins, is closed, or is rated."""
    after = change["after"]
    if change["op"] not in ("c", "u") or after is None:
        return ()
    old = before(change)
    subject = after["id"]
    conversation = {"conversation_id": subject, "pharmacy_id": after["pharmacy_id"]}
    opened_at = moment(after["opened_at"])
    if old is None:
        started = {"channel": known(after["channel"], Channel), "opened_at": opened_at}
        return (_started(change, subject, {**conversation, **started}),)
    events = []
    if after["state"] == "closed" and old["state"] != "closed":
        closed = {
            "opened_at": opened_at,
            "closed_at": moment(after["closed_at"]),
            "escalated": old["state"] == "escalated",
        }
        events.append(_resolved(change, subject, {**conversation, **closed}))
    if after["rating"] is not None and (after["rating"], after["rated_at"]) != (old["rating"], old["rated_at"]):
        rated = {"before": old["rating"], "rating": after["rating"], "rated_at": moment(after["rated_at"])}
        events.append(_rated(change, subject, {**conversation, **rated}))
    return events


@reads("id", "conversation_id", "flow", "understanding", "outcome", "latency_ms", "decided_at")
def turns(change: Envelope) -> Sequence[Event]:
    """The event of a turn that answered; silence, while a person has the conversation, is none."""
    after = change["after"]
    if change["op"] != "c" or after is None or after["outcome"] == _SILENT:
        return ()
    fields = {
        "conversation_id": after["conversation_id"],
        "turn_id": after["id"],
        "flow": after["flow"],
        "understanding": after["understanding"],
        "outcome": after["outcome"],
        "latency_ms": after["latency_ms"],
        "decided_at": moment(after["decided_at"]),
    }
    return (_answered(change, after["conversation_id"], fields),)


@reads("id", "conversation_id", "pharmacy_id", "reason", "priority", "created_at")
def escalations(change: Envelope) -> Sequence[Event]:
    """The event of a new escalation."""
    after = change["after"]
    if change["op"] != "c" or after is None:
        return ()
    fields = {
        "conversation_id": after["conversation_id"],
        "pharmacy_id": after["pharmacy_id"],
        "escalation_id": after["id"],
        "reason": after["reason"],
        "priority": known(after["priority"], Priority),
        "escalated_at": moment(after["created_at"]),
    }
    return (_escalated(change, after["conversation_id"], fields),)
