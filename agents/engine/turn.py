"""What was decided about one message, or about several that came together."""

from dataclasses import dataclass
from typing import Any

from agents.escalation.rules import Decision
from agents.flows.flow import Noted, Outcome
from agents.memory import Memory
from agents.understanding.protocol import Understood


@dataclass(frozen=True, slots=True)
class Turn:
    """What was decided. ``understood`` is ``None`` when no words were read; ``seen`` is JSON."""

    flow: str
    flows: tuple[str, ...]
    outcome: Outcome
    text: str
    memory: Memory
    understood: Understood | None
    seen: dict[str, Any]
    escalate: Decision | None = None
    facts: tuple[Noted, ...] = ()
    rating: int | None = None


def silence(memory: Memory, *, held: bool) -> Turn:
    """The turn that says nothing: a person holds the conversation, or the message asks for no answer."""
    why = "a person holds the conversation" if held else "the message asks for no answer"
    seen = {"memory": memory.dump(), "why": why}
    return Turn("silence", (), "silent", "", memory, understood=None, seen=seen)
