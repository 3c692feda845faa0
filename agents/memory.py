"""What a conversation remembers between turns, as it is kept in ``conversations.slots``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

FORGET_AFTER = timedelta(hours=12)
"""A pause after which "and the price?" no longer leans on what was said before."""
_VERSION = 2
_WINDOW = 8
_LONGEST_SAID = 400


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one side, cut to a few hundred characters."""

    by: Literal["contact", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A write that waits for a yes. It is done with exactly ``arguments``, and only while ``shown`` was shown last.

    ``id`` is derived from the message that led to it and from what was shown; the write's request id comes of it.
    """

    id: str
    asked_by: str
    tool: str
    arguments: dict[str, Any]
    shown: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that is not over: its step, its slots (JSON), and what it waits for.

    ``awaiting`` names the slot that ``question`` asked for; empty when the step reads the words itself. ``tries``
    counts answers in a row after which the same had to be asked again.
    """

    flow: str
    slots: dict[str, Any] = field(default_factory=dict)
    step: str = ""
    awaiting: str = ""
    question: str = ""
    pending: Pending | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """``frames`` is the stack of flows that are not over, the one that has the word last; ``closed`` ended last.

    ``products`` and ``orders`` are what was spoken of last. ``asked`` says that the last reply ended with the question
    of the last frame, so that a bare yes is an answer to it; ``offered_person`` that it offered a person. ``misses``,
    ``failures`` and ``angry`` count messages in a row that were not understood, could not be served, or were angry.
    ``window`` has the last words of both sides, oldest first.
    """

    introduced: bool = False
    last_flow: str | None = None
    products: tuple[int, ...] = ()
    orders: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    closed: Frame | None = None
    asked: bool = False
    offered_person: bool = False
    misses: int = 0
    failures: int = 0
    angry: int = 0
    window: tuple[Said, ...] = ()

    @classmethod
    def load(cls, slots: Mapping[str, Any], *, last_message_at: datetime | None, now: datetime) -> Self:
        """The memory as kept, or a fresh one: of an older version, of another shape, or after a long pause."""
        stale = last_message_at is not None and now - last_message_at > FORGET_AFTER
        if stale or slots.get("version") != _VERSION:
            return cls()
        try:
            return cls.kept(slots)
        except ValidationError:
            return cls()

    def dump(self) -> dict[str, Any]:
        """The JSON object for ``conversations.slots``."""
        return {"version": _VERSION, **_adapter().dump_python(self, mode="json")}

    @classmethod
    def kept(cls, slots: Mapping[str, Any]) -> Self:
        """The memory that ``dump`` gave ``slots`` of, whenever that was; raises ``ValidationError`` for another."""
        read = _adapter().validate_python({name: slots[name] for name in cls.__slots__ if name in slots})
        return cls(**{name: getattr(read, name) for name in cls.__slots__})

    @property
    def top(self) -> Frame | None:
        """The frame that has the word."""
        return self.frames[-1] if self.frames else None

    def said(self, by: Literal["contact", "agent"], text: str) -> Self:
        """The memory with these words in its window, without its oldest ones."""
        if not text:
            return self
        return replace(self, window=(*self.window, Said(by, text[:_LONGEST_SAID]))[-_WINDOW:])

    def rephrased(self, text: str) -> Self:
        """The memory when we said this instead of our last words."""
        return replace(self, window=(*self.window[:-1], Said("agent", text[:_LONGEST_SAID])))


@cache
def _adapter() -> TypeAdapter[Memory]:
    return TypeAdapter(Memory)
