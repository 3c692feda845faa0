"""Conversation events other teams subscribe to: what happened, never what was said or by whom."""

from datetime import datetime
from typing import Annotated, Literal

from schemas.marks import Doc
from schemas.records.event import EventEnvelope

Priority = Literal["low", "normal", "high", "urgent", "unknown"]
Channel = Literal["whatsapp", "unknown"]


class ConversationEvent(EventEnvelope):
    """What every event of a conversation tells."""

    conversation_id: Annotated[str, Doc("UUID of the conversation.")]
    pharmacy_id: Annotated[int | None, Doc("The pharmacy, when the contact is known.")]


class ConversationStarted(ConversationEvent):
    """A contact wrote to us and no conversation was open."""

    channel: Annotated[Channel, Doc("Where it is held.")]
    opened_at: Annotated[datetime, Doc("When the first message came.")]


class ConversationAnswered(EventEnvelope):
    """A turn decided an answer to a message."""

    conversation_id: Annotated[str, Doc("UUID of the conversation.")]
    turn_id: Annotated[str, Doc("UUID of the turn.")]
    flow: Annotated[str, Doc("The flow that answered.")]
    understanding: Annotated[str, Doc("What understood the message: the offline understanding or a model's profile.")]
    outcome: Annotated[str, Doc("How the turn ended.")]
    latency_ms: Annotated[int, Doc("Milliseconds from the message's receipt to the decision.")]
    decided_at: Annotated[datetime, Doc("When the turn decided.")]


class ConversationEscalated(ConversationEvent):
    """A person must take the conversation."""

    escalation_id: Annotated[str, Doc("UUID of the escalation.")]
    reason: Annotated[str, Doc("Why.")]
    priority: Annotated[Priority, Doc("How soon.")]
    escalated_at: Annotated[datetime, Doc("When the turn decided it.")]


class ConversationResolved(ConversationEvent):
    """A conversation was closed."""

    opened_at: Annotated[datetime, Doc("When it began.")]
    closed_at: Annotated[datetime, Doc("When it was closed.")]
    escalated: Annotated[bool, Doc("Whether a person had it when it was closed.")]


class ConversationRated(ConversationEvent):
    """The contact said how well we helped."""

    before: Annotated[int | None, Doc("The rating until now, 1 to 5, when it was changed.")]
    rating: Annotated[int, Doc("1 (bad) to 5 (very good).")]
    rated_at: Annotated[datetime, Doc("When it was given.")]
