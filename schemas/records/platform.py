"""Rows of our own database that are captured: what happened in conversations, never what was said or by whom.

Columns with words or phone numbers are left out by the connector (``column.exclude.list``).
"""

from decimal import Decimal
from typing import Annotated, TypedDict

from schemas.marks import Column, Decimals, Doc
from schemas.records.marketplace import Integer, SmallOrNone, TextArray, Timestamp, TimestampOrNone

Uuid = Annotated[str, Column("io.debezium.data.Uuid")]


class Conversation(TypedDict):
    """What one contact and we talk about, from the first message until it is closed."""

    id: Annotated[Uuid, Doc("The conversation.")]
    channel: Annotated[str, Doc("Where it is held.")]
    contact_id: Annotated[int | None, Doc("The marketplace's contact, when the contact is known.")]
    pharmacy_id: Annotated[int | None, Doc("The pharmacy the contact speaks for, when known.")]
    state: Annotated[str, Doc("open, escalated (a person has it, the agent is silent) or closed.")]
    opened_at: Annotated[Timestamp, Doc("When the first message came.")]
    last_message_at: Annotated[Timestamp, Doc("When the newest message was sent.")]
    closed_at: Annotated[TimestampOrNone, Doc("When it was closed.")]
    rating: Annotated[SmallOrNone, Doc("How well the contact says we helped: 1 (bad) to 5 (very good).")]
    rated_at: Annotated[TimestampOrNone, Doc("When the contact said so.")]


class Turn(TypedDict):
    """One decision of an agent about one message."""

    id: Annotated[Uuid, Doc("The turn.")]
    conversation_id: Annotated[Uuid, Doc("The conversation it is in.")]
    flow: Annotated[str, Doc("The flow that answered.")]
    flows: Annotated[TextArray, Doc("Every flow that was recognised.")]
    confidence: Annotated[Decimal | None, Decimals(4, 3), Doc("How sure the understanding was.")]
    understanding: Annotated[str, Doc("What understood the message.")]
    outcome: Annotated[str, Doc("How the turn ended.")]
    latency_ms: Annotated[Integer, Doc("Milliseconds from receipt to decision.")]
    decided_at: Annotated[Timestamp, Doc("When it was decided.")]


class Escalation(TypedDict):
    """A conversation that a person must take."""

    id: Annotated[Uuid, Doc("The escalation.")]
    conversation_id: Annotated[Uuid, Doc("The conversation.")]
    turn_id: Annotated[Uuid, Doc("The turn that escalated.")]
    pharmacy_id: Annotated[int | None, Doc("The pharmacy, when known.")]
    reason: Annotated[str, Doc("Why.")]
    priority: Annotated[str, Doc("low, normal, high or urgent.")]
    state: Annotated[str, Doc("waiting, taken or resolved.")]
    created_at: Annotated[Timestamp, Doc("When the turn decided it.")]
    taken_at: Annotated[TimestampOrNone, Doc("When a person took it.")]
    resolved_at: Annotated[TimestampOrNone, Doc("When it was resolved.")]
