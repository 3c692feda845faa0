"""Which flows a message is for: what was understood, and what the turn before asked or offered."""

import re
from collections.abc import Sequence

from agents.flows import fallback, human
from agents.flows.catalogue import SERVING
from agents.flows.flow import Flow
from agents.memory import Memory
from agents.understanding.normalise import fold
from agents.understanding.protocol import Understood

Chosen = Sequence[tuple[Flow, tuple[str, ...]]]
"""Flows in the order to run them, each with the names of understanding that led to it."""

_YES = re.compile(
    r"(?:sim+|s|ss|claro|quero|pode|pode ser|pode sim|por favor|isso|ok|okay|aceito|manda|bora|positivo|com certeza|"
    r"sim,? (?:por favor|quero|pode|obrigad[oa])|pode chamar|chama|quero sim)[\s!.,]*"
)
_NO = re.compile(r"(?:n|nao+|nn|agora nao|nao precisa|nao quero|deixa|deixa pra la|nao,? obrigad[oa])[\s!.,]*")
_ABOUT_PRODUCTS = frozenset({"product_availability", "product_price", "product_search", "order_place"})
_SURE = 0.6


def interpret(words: str, understood: Understood, memory: Memory) -> Chosen:
    """Never empty. An answer to our own question goes first, then what was understood, then what was named."""
    folded = fold(words).strip()
    if memory.offered_person and _YES.fullmatch(folded):
        return [(human.FLOW, ("human",))]
    if memory.offered_person and _NO.fullmatch(folded):
        return [(fallback.NO_PERSON, ())]
    if memory.awaiting and _names_only(understood):
        return [(SERVING[memory.awaiting], (memory.awaiting,))]
    flows = understood.flows
    if understood.abstained:
        flows = _by_entities(understood)
    if not flows:
        return [(fallback.NOT_UNDERSTOOD, ())]
    return _group(flows)


def _names_only(understood: Understood) -> bool:
    """Whether the message does little more than to name a product, which is what was asked for."""
    if not understood.entities.products:
        return False
    unsure = understood.abstained or understood.confidence < _SURE
    return unsure or bool(_ABOUT_PRODUCTS & set(understood.flows))


def _by_entities(understood: Understood) -> tuple[str, ...]:
    """What a bare name most likely asks."""
    if understood.entities.order_numbers:
        return ("order_status",)
    return ("product_availability",) if understood.entities.products else ()


def _group(flows: Sequence[str]) -> Chosen:
    """Flows in the order asked, each once however many names lead to it; a wish for a person is last."""
    grouped: dict[str, tuple[Flow, tuple[str, ...]]] = {}
    for name in flows:
        flow = SERVING.get(name, fallback.NOT_OFFERED)
        serving = grouped[flow.name][1] if flow.name in grouped else ()
        grouped[flow.name] = (flow, (*serving, name))
    return sorted(grouped.values(), key=lambda each: each[0].name == human.FLOW.name)
