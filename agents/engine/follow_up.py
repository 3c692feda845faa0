"""Completes a message that leans on the one before: "e de 100?", "o da Paineira", "não, a 178". Pure."""

import re
from dataclasses import replace

from agents.memory import Frame, Memory
from agents.understanding.normalise import fold
from agents.understanding.protocol import Entities, Item, Understood

_PRODUCT_FLOWS = ("product_availability", "product_price", "product_info", "product_substitute", "price_compare")
_BUYING = (*_PRODUCT_FLOWS, "product_search", "promotions", "recommendation", "order_place", "reorder", "minimum_order")
_BARE_QUANTITY = re.compile(
    r"(?:(?:e|so|sao|entao|ok|na verdade|perdao|desculpa|melhor)[\s,]+)*\d{1,5}"
    r"(?: (?:cx|cxs|caixas?|un|unidades?|frascos?))?(?:[\s,]+(?:entao|mesmo|so|ok))*[\s!.?]*"
)
_DOSE = re.compile(
    r"(?P<lead>(?:(?:e|ta|ah|mas|tem|qto|quanto|entao|so)[\s,]+)*(?:(?:a|o|as|os|de|da|do)\s+)*)"
    r"(?P<dose>\d{1,4}(?:[.,]\d{1,2})?)\s*(?P<unit>mg|mcg|g|ml|ui)?\s*[?!.]*"
)
_STRENGTH = re.compile(
    r"\s*\b\d[\d.,/]*\s*(?:mg|mcg|g|ml|ui|%)?(?:/ml)?(?=\s|$)"
    r"|\s+c/?\s*\d+|\s+x\s*\d+",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(
    r"(?:e |ah )?(?:o|a|os|as|aquele|aquela|esse|essa)?\s*(?:pedido )?(?:da|do|de|na|no)\s+\w[\w ]{2,30}[?!.]*"
)
_NUMBER = re.compile(r"(?:nao|perai|ops|opa|e|eh|a|o|da|do|nota|quero|era|mas|na verdade|[\s,])*\b(\d{1,9})[\s!.?]*")
_UNSURE = 0.6


def completed(words: str, understood: Understood, memory: Memory) -> Understood:
    """The understanding with what was spoken of before, where the message alone says too little; else as it was."""
    folded = fold(words).strip()
    if _is_spare_quantity(folded, understood, memory) or _is_spare_score(folded, understood, memory):
        return replace(understood, flow=None, flows=(), abstained=True, confidences={})
    frame = memory.top if memory.asked else memory.closed
    if frame is None or understood.entities.products or understood.entities.order_numbers:
        return understood
    if not memory.asked and frame.flow in _PRODUCT_FLOWS:
        return _other_dose(folded, understood, frame)
    if frame.flow == "invoice_copy":
        return _other_invoice(folded, understood)
    orders = frame.flow in ("order_status", "order_late") and not memory.asked
    if orders and understood.confidence < _UNSURE and _OF_SOMEBODY.fullmatch(folded):
        return _as("order_status", understood)
    return understood


def _is_spare_quantity(folded: str, understood: Understood, memory: Memory) -> bool:
    """Whether it is a bare number that would buy what a return or the like was about: nobody said to buy."""
    return (
        understood.flows == ("order_place",)
        and not memory.asked
        and not understood.entities.products
        and memory.last_flow not in _BUYING
        and bool(_BARE_QUANTITY.fullmatch(folded))
    )


def _is_spare_score(folded: str, understood: Understood, memory: Memory) -> bool:
    """Whether it is a bare number after we offered a person: an answer to that it is not, and nobody asked to rate."""
    return understood.flows == ("rating",) and memory.offered_person and bool(_BARE_QUANTITY.fullmatch(folded))


def _other_dose(folded: str, understood: Understood, frame: Frame) -> Understood:
    """ "e de 100?" after "losartana 50" is "losartana 100"."""
    names = frame.slots.get("product")
    said = _DOSE.fullmatch(folded)
    if (
        said is None
        or not (said["lead"] or said["unit"])
        or not isinstance(names, list)
        or len(names) != 1
        or not isinstance(names[0], str)
    ):
        return understood
    stem = _STRENGTH.sub(" ", f" {names[0]} ").strip()
    if not stem:
        return understood
    name = f"{stem} {said['dose']}{said['unit'] or ''}"
    entities = replace(
        understood.entities, products=(name,), items=(Item(name),), quantities=(), scores=(), prices=(), dates=()
    )
    return _as(frame.flow, replace(understood, entities=entities))


def _other_invoice(folded: str, understood: Understood) -> Understood:
    said = _NUMBER.fullmatch(folded)
    if said is None or understood.entities.invoice_numbers:
        return understood
    return _as("invoice_copy", replace(understood, entities=Entities(invoice_numbers=(said[1],)), corrects=True))


def _as(flow: str, understood: Understood) -> Understood:
    return replace(understood, flow=flow, flows=(flow,), confidence=0.9, confidences={flow: 0.9}, abstained=False)
