"""Plays conversations against the real agent on the real databases, and notes what it did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from agents.customer.processor import CustomerAgent
from agents.engine.turn import Turn
from agents.testing import message
from runtime.clock import Clock

End = Literal["resolved", "escalated", "waiting"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool: its name and its arguments as JSON."""

    tool: str
    asked: Any


@dataclass(slots=True)
class Played:
    """A conversation as it went. ``end`` is ``waiting`` when the agent's last words ask something."""

    id: str
    flows: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    end: End = "resolved"

    def as_dict(self) -> dict[str, Any]:
        """One line of the report."""
        return {
            "id": self.id,
            "flows": self.flows,
            "replies": self.replies,
            "tools": [call.tool for call in self.calls],
            "end": self.end,
        }


class Stage:
    """A started agent. Each conversation has a business number of its own, so that none remembers another."""

    def __init__(self, agent: CustomerAgent, clock: Clock) -> None:
        self._agent = agent
        self._clock = clock

    async def play(self, identifier: str, turns: Sequence[str], *, contact: str) -> Played:
        """Says the turns one after the other, each after the answer to the one before."""
        played = Played(identifier)
        number = str(uuid4().int % 10**15)
        turn: Turn | None = None
        for text in turns:
            begun = self._clock.monotonic()
            turn = (
                await self._agent.answer([message(text, at=self._now(), contact=contact, phone_number_id=number)])
                or turn
            )
            played.seconds.append(self._clock.monotonic() - begun)
            if turn is None:
                continue
            if turn.outcome != "silent":
                played.flows += turn.flows
                played.replies.append(turn.text)
            played.calls += [Call(call["tool"], call["asked"]) for call in turn.seen.get("calls", ())]
            if turn.escalate is not None:
                played.end = "escalated"
        if played.end != "escalated" and turn is not None and turn.memory.asked:
            played.end = "waiting"
        return played

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)
