"""Which flows a message is for: what was understood, and what the turn before asked, showed or offered. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agents import saying
from agents.engine.slots import reads_any
from agents.flows import fallback, human, order_words
from agents.flows.flow import Flow
from agents.flows.registry import Flows
from agents.memory import Memory
from agents.understanding.normalise import fold
from agents.understanding.protocol import Understood

Kind = Literal["new", "answer", "correct", "yes", "no"]


@dataclass(frozen=True, slots=True)
class Request:
    """A flow to run, with the names of understanding that led to it and how sure that was.

    An ``answer`` or a ``correct``ion goes to the flow's frame, a ``yes`` or ``no`` to the top frame's confirmation.
    """

    flow: Flow
    names: tuple[str, ...] = ()
    kind: Kind = "new"
    confidence: float = 1.0


_BUT = re.compile(r"\b(?:mas|porem|so|antes|menos|exceto|troca|muda|altera|tira|acrescenta|em vez|na verdade|na vdd)\b")
_OTHER = re.compile(r"\boutr[oa]s?\b")
_WORD = re.compile(r"\w+")
_ABOUT_PRODUCTS = frozenset({"product_availability", "product_price", "product_search", "order_place"})
_PERSON = frozenset({"human", "opt_out"})
_COMMANDS = frozenset(
    {"order_cancel", "order_change", "order_place", "order_status", "reorder", "invoice_copy", "opt_in"}
)
_SURE = 0.6
_DIGRESSES = 0.45
"""How sure it is that a message which does not answer our question is about something else."""
_NAMED = 0.5
"""How sure it is that who names an order, or a product, and nothing else asks about it."""
_VERY_SURE = 0.85
_FEW_WORDS = 5


def interpret(words: str, understood: Understood, memory: Memory, flows: Flows) -> Sequence[Request]:
    """Never empty. An answer to our own question goes first, then a correction, then what was understood or named."""
    folded = fold(words).strip()
    if saying.WHO_ARE_YOU.fullmatch(folded):
        return [Request(fallback.WHO_WE_ARE, ("out_of_scope",))]
    if saying.A_PERSON_PLEASE.search(folded):
        return [Request(human.FLOW, ("human",))]
    if memory.offered_person and saying.ALL_YES.fullmatch(folded):
        return [Request(human.FLOW, ("human",))]
    if memory.offered_person and saying.ALL_NO.fullmatch(folded):
        return [Request(fallback.NO_PERSON)]
    if not memory.asked and saying.ALL_NO.fullmatch(folded) and not folded.startswith("cancela"):
        return [Request(fallback.NO_PERSON)]
    return (
        _to_question(folded, words, understood, memory, flows)
        or _correction(folded, words, understood, memory, flows)
        or _surely(folded, _asked(understood, flows), memory)
    )


def _surely(folded: str, requests: Sequence[Request], memory: Memory) -> Sequence[Request]:
    """The requests; while our question is open, a bare number, and what is hardly likely, is taken for an answer we did
    not understand."""
    if not memory.asked or memory.top is None:
        return requests
    sure = any(each.confidence >= _DIGRESSES for each in requests)
    if sure and not saying.BARE_NUMBER.fullmatch(folded):
        return requests
    return [Request(fallback.UNCLEAR, confidence=requests[0].confidence)]


def _to_question(
    folded: str, words: str, understood: Understood, memory: Memory, flows: Flows
) -> Sequence[Request] | None:
    """The requests of a message that answers the question, or the confirmation, that our last reply ended with."""
    top = memory.top if memory.asked else None
    flow = flows.named(top.flow) if top else None
    if top is None or flow is None:
        return None
    cancels = top.pending is not None and top.pending.tool == "cancel_order"
    if cancels and saying.DOES_CANCEL.fullmatch(folded):
        return [Request(flow, kind="yes")]
    if saying.ALL_NO.fullmatch(folded) and "human" not in understood.flows:
        return [Request(flow, kind="no")]
    if top.pending is not None:
        if saying.BARE_NUMBER.fullmatch(folded):
            return [Request(fallback.UNCLEAR)]
        if saying.ALL_YES.fullmatch(folded):
            return [Request(flow, kind="yes")]
        changed = understood.corrects or _BUT.search(folded) or reads_any(flow, understood.entities, words)
        if saying.YES_FIRST.fullmatch(folded) and not changed:
            others = [request for request in _asked(understood, flows) if _is_other(request, flow)]
            return [Request(flow, kind="yes"), *others]
        return None
    if any(slot.free and slot.name == top.awaiting for slot in flow.slots) or not top.awaiting:
        return None if _turns_away(flow, words, understood) else [Request(flow, kind="answer")]
    named = reads_any(flow, understood.entities, words, awaiting=top.awaiting)
    return [Request(flow, kind="answer")] if named and _is_for(flow, folded, understood) else None


def _turns_away(flow: Flow, words: str, understood: Understood) -> bool:
    """Whether a message where any words would do is about something else: surely so, and a question or a command."""
    other = not set(flow.serves) & set(understood.flows)
    if understood.abstained or not other or understood.confidence < _SURE:
        return False
    commands = bool(_COMMANDS & set(understood.flows)) and understood.confidence >= _VERY_SURE
    return "?" in words or commands or bool(_PERSON & set(understood.flows))


def _is_for(flow: Flow, folded: str, understood: Understood) -> bool:
    """Whether a message that names what was asked for says little more, or is about the same."""
    unsure = understood.abstained or understood.confidence < _SURE
    same = bool(set(flow.serves) & set(understood.flows))
    few = len(_WORD.findall(folded)) <= _FEW_WORDS and "?" not in folded
    naming = bool(
        understood.entities.products and _ABOUT_PRODUCTS & set(understood.flows) and _ABOUT_PRODUCTS & set(flow.serves)
    )
    return unsure or same or few or naming


def _correction(
    folded: str, words: str, understood: Understood, memory: Memory, flows: Flows
) -> Sequence[Request] | None:
    """A message that puts right what the open frame, or else the last one, was about."""
    frame = memory.top or memory.closed
    flow = flows.named(frame.flow) if frame else None
    if frame is None or flow is None:
        return None
    named = reads_any(flow, understood.entities, words)
    if order_words.is_bare(folded) and any(slot.name == "order_number" for slot in flow.slots):
        return [Request(flow, kind="correct")]
    if understood.corrects:
        other = named or bool(_OTHER.search(folded) and _called(flow, folded))
        return [Request(flow, kind="correct")] if other else None
    if not memory.asked or frame.pending is None:
        return None
    if named and saying.BARE_ORDER.fullmatch(folded) and any(slot.name == "order_number" for slot in flow.slots):
        return [Request(flow, kind="correct")]
    # What is said of a write that waits for a yes changes it, also without a "no".
    same = (
        understood.abstained
        or understood.confidence < _DIGRESSES
        or bool(set(flow.serves) & set(understood.flows))
        or bool(_BUT.search(folded))
    )
    return [Request(flow, kind="correct")] if same and named and not _of_an_order(flow, understood) else None


def _of_an_order(flow: Flow, understood: Understood) -> bool:
    """Whether a message names an order while the flow is about none."""
    return bool(understood.entities.order_numbers) and all(slot.name != "order_number" for slot in flow.slots)


def _called(flow: Flow, folded: str) -> bool:
    return any(slot.called and slot.called in folded.split() for slot in flow.slots)


def _is_other(request: Request, flow: Flow) -> bool:
    return request.flow.name not in (flow.name, fallback.NOT_UNDERSTOOD.name, "thanks_bye", "greeting")


def _asked(understood: Understood, flows: Flows) -> Sequence[Request]:
    """Flows in the order asked, each once however many names lead to it; a wish for a person is last."""
    names = _by_entities(understood) if understood.abstained else understood.flows
    if not names:
        return [Request(fallback.NOT_UNDERSTOOD, confidence=understood.confidence)]
    grouped: dict[str, Request] = {}
    for name in names:
        flow = flows.serving(name)
        sure = understood.confidences.get(name, understood.confidence)
        sure = max(sure, _NAMED) if understood.abstained else sure
        before = grouped.get(flow.name)
        led = (*before.names, name) if before else (name,)
        grouped[flow.name] = Request(flow, led, confidence=max(sure, before.confidence if before else 0.0))
    return sorted(grouped.values(), key=lambda each: each.flow.name == human.FLOW.name)


def _by_entities(understood: Understood) -> tuple[str, ...]:
    """What a bare name most likely asks."""
    if understood.entities.order_numbers:
        return ("order_status",)
    named = understood.entities.products or understood.entities.gtins
    return ("product_availability",) if named else ()
