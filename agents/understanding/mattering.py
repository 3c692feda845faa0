"""Which of what a message names matters to what it asks for. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from agents.understanding.protocol import Entities

_NAMELESS = frozenset({"greeting", "thanks_bye", "out_of_scope"})
"""Flows to which no medicine, day, place or number of things matters: "qual a dose de dipirona para criança?".

What money and which papers are meant stays: whoever names them may well be in earnest.
"""
_DATELESS = _NAMELESS | {"promotions"}
"""Flows to which no day matters: "tem oferta hoje?"."""
_IDLE = ("product", "quantity", "date", "city", "score", "gtin")


def heeded(flows: Collection[str], named: Entities) -> Entities:
    """The entities that matter to these flows; all of them where no flow is known."""
    if flows and _NAMELESS.issuperset(flows):
        return replace(named, products=(), quantities=(), dates=(), cities=(), scores=(), gtins=(), items=())
    return replace(named, dates=()) if flows and _DATELESS.issuperset(flows) else named


def meant(flows: Collection[str], marked: Mapping[str, Any]) -> dict[str, Any]:
    """The same of values by the entity's name, as cases state them."""
    left_out: Collection[str] = ()
    if flows and _DATELESS.issuperset(flows):
        left_out = _IDLE if _NAMELESS.issuperset(flows) else ("date",)
    return {name: values for name, values in marked.items() if name not in left_out}
