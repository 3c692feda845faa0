"""The domain events of conversations."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from balcao_events.records import Event

Channel = Literal[
    "whatsapp",
    "unknown",
]

Priority = Literal[
    "low",
    "normal",
    "high",
    "urgent",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStarted(Event):
    """A contact wrote to us and no conversation was open.

    Topic ``conversations.started.v1``, owned by conversations (conversations@balcao.example).
    """

    conversation_id: str
    """UUID of the conversation."""
    pharmacy_id: int | None = None
    """The pharmacy, when the contact is known."""
    channel: Channel
    """Where it is held."""
    opened_at: datetime
    """When the first message came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAnswered(Event):
    """A turn decided an answer to a message.

    Topic ``conversations.answered.v1``, owned by conversations (conversations@balcao.example).
    """

    conversation_id: str
    """UUID of the conversation."""
    turn_id: str
    """UUID of the turn."""
    flow: str
    """The flow that answered."""
    understanding: str
    """What understood the message: the offline understanding or a model's profile."""
    outcome: str
    """How the turn ended."""
    latency_ms: int
    """Milliseconds from the message's receipt to the decision."""
    decided_at: datetime
    """When the turn decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEscalated(Event):
    """A person must take the conversation.

    Topic ``conversations.escalated.v1``, owned by conversations (conversations@balcao.example).
    """

    conversation_id: str
    """UUID of the conversation."""
    pharmacy_id: int | None = None
    """The pharmacy, when the contact is known."""
    escalation_id: str
    """UUID of the escalation."""
    reason: str
    """Why."""
    priority: Priority
    """How soon."""
    escalated_at: datetime
    """When the turn decided it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationResolved(Event):
    """A conversation was closed.

    Topic ``conversations.resolved.v1``, owned by conversations (conversations@balcao.example).
    """

    conversation_id: str
    """UUID of the conversation."""
    pharmacy_id: int | None = None
    """The pharmacy, when the contact is known."""
    opened_at: datetime
    """When it began."""
    closed_at: datetime
    """When it was closed."""
    escalated: bool
    """Whether a person had it when it was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRated(Event):
    """The contact said how well we helped.

    Topic ``conversations.rated.v1``, owned by conversations (conversations@balcao.example).
    """

    conversation_id: str
    """UUID of the conversation."""
    pharmacy_id: int | None = None
    """The pharmacy, when the contact is known."""
    before: int | None = None
    """The rating until now, 1 to 5, when it was changed."""
    rating: int
    """1 (bad) to 5 (very good)."""
    rated_at: datetime
    """When it was given."""
