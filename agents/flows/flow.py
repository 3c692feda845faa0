"""What a flow is: declared slots and tools, and a function of what was asked and what the tools answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from agents.identity import Identity
from agents.memory import Memory
from agents.tools import Tools
from agents.understanding.protocol import Entities
from schemas.records.conversations import EscalationReason, Priority

Outcome = Literal["replied", "asked", "refused", "escalated", "silent", "failed"]
Slot = Literal["order_number", "product", "quantity", "date"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``also`` names the other flows asked for in the same message."""

    text: str
    entities: Entities
    identity: Identity
    memory: Memory
    now: datetime
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalate:
    """That a person must take over."""

    reason: EscalationReason
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a flow decided. An empty ``text`` says nothing; ``seen`` are the facts it stands on, as JSON.

    ``memory`` is what to remember; ``answered`` names flows of ``Ask.also`` that this answer covers too.
    """

    text: str
    outcome: Outcome
    memory: Memory
    seen: Mapping[str, Any] = field(default_factory=dict)
    escalate: Escalate | None = None
    answered: tuple[str, ...] = ()


Run = Callable[[Ask, Tools], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow and the names of understanding it ``serves``.

    ``account`` flows tell of a pharmacy's orders or of prices and are closed to strangers. ``tools`` are the only ones
    the flow is given.
    """

    name: str
    serves: tuple[str, ...]
    slots: tuple[Slot, ...] = ()
    tools: tuple[str, ...] = ()
    account: bool = True
    run: Run
