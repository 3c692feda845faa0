"""What a conversation remembers between turns, as it is kept in ``conversations.slots``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

FORGET_AFTER = timedelta(hours=12)
"""A pause after which "and the price?" no longer leans on what was said before."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """``products`` and ``orders`` are what was spoken of last, newest turn only.

    ``awaiting`` names the flow that asked a question back; ``offered_person`` that the last reply offered a person;
    ``misses`` counts messages in a row that were not understood.
    """

    introduced: bool = False
    last_flow: str | None = None
    products: tuple[int, ...] = ()
    orders: tuple[str, ...] = ()
    awaiting: str | None = None
    offered_person: bool = False
    misses: int = 0

    @classmethod
    def load(cls, slots: Mapping[str, Any], *, last_message_at: datetime | None, now: datetime) -> Self:
        """The memory as kept, or a fresh one: of an older version, of another shape, or after a long pause."""
        stale = last_message_at is not None and now - last_message_at > FORGET_AFTER
        if stale or slots.get("version") != _VERSION:
            return cls()
        kept = {name: slots[name] for name in cls.__slots__ if name in slots}
        kept["products"] = tuple(kept.get("products", ()))
        kept["orders"] = tuple(kept.get("orders", ()))
        return cls(**kept)

    def dump(self) -> dict[str, Any]:
        """The JSON object for ``conversations.slots``."""
        return {"version": _VERSION, **asdict(self), "products": list(self.products), "orders": list(self.orders)}

    def next_turn(self) -> Self:
        """The memory with the question, the offer and the misses of the turn before laid aside."""
        return replace(self, awaiting=None, offered_person=False, misses=0)
