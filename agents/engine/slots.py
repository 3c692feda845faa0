"""Fills a flow's slots from a message. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.flows import order_words
from agents.flows.flow import Flow, Slot
from agents.saying import denied
from agents.understanding.normalise import fold
from agents.understanding.protocol import Entities
from agents.wording import listed


@dataclass(frozen=True, slots=True)
class Filled:
    """``slots`` after the message; ``rejected`` has what was replaced; ``doubt`` asks which of two values is meant."""

    slots: dict[str, Any]
    rejected: dict[str, Any] = field(default_factory=dict)
    doubt: tuple[Slot, str] | None = None


def fill(
    flow: Flow, kept: Mapping[str, Any], entities: Entities, text: str, *, awaiting: str = "", corrects: bool = False
) -> Filled:
    """The flow's slots when this message is for it; ``awaiting`` names the slot that was asked for."""
    filled = Filled(dict(kept))
    for slot in flow.slots:
        values = read(slot, entities, text, awaiting=awaiting)
        before = kept.get(slot.name)
        if corrects and before is not None and not slot.many:
            values = [value for value in values if value != before]
        if slot.many and values:
            filled.slots[slot.name] = values
        elif len(values) > 1:
            filled.slots.pop(slot.name, None)
            return Filled(filled.slots, filled.rejected, (slot, _which(values)))
        elif values:
            filled.slots[slot.name] = values[0]
        elif corrects and before is not None and _rejects(slot, fold(text).strip()):
            filled.slots.pop(slot.name, None)
        if before is not None and filled.slots.get(slot.name) != before:
            filled.rejected[slot.name] = before
    return filled


def read(slot: Slot, entities: Entities, text: str, *, awaiting: str = "") -> list[Any]:
    """The different values that the message has for the slot, in order."""
    if slot.free and slot.name != awaiting:
        return []
    values: list[Any] = []
    for value in slot.read(entities, text):
        if value not in values:
            values.append(value)
    if len(values) > 1:
        values = [value for value in values if not (isinstance(value, str) and denied(value, text))] or values
    return values


def _rejects(slot: Slot, folded: str) -> bool:
    """Whether a correction without a new value takes the slot's value back: "não esse pedido", "não, o outro"."""
    if slot.name == "order_number" and order_words.is_bare(folded):
        return True
    return bool(slot.called) and slot.called in folded.split()


def missing(flow: Flow, slots: Mapping[str, Any]) -> Slot | None:
    """The first required slot without a value."""
    return next((slot for slot in flow.slots if slot.required and slots.get(slot.name) in (None, [])), None)


def reads_any(flow: Flow, entities: Entities, text: str, *, awaiting: str = "") -> bool:
    """Whether the message has a value for any of the flow's slots."""
    return any(read(slot, entities, text, awaiting=awaiting) for slot in flow.slots)


def _which(values: list[Any]) -> str:
    return f"Você citou {listed([str(value) for value in values])}. Qual deles vale?"
