"""What a turn says and remembers, of the answers its flows gave. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from agents.engine.run import Run, Served
from agents.flows import fallback, small_talk
from agents.flows.registry import Flows
from agents.memory import Frame, Memory
from agents.wording import fit


def compose(run: Run, memory: Memory, words: str, flows: Flows) -> tuple[str, Memory]:
    """The reply's text and the memory after it.

    What is answered comes first; then one question: that of the first flow that asks, or, when none does, that of a
    flow which was waiting before ("Retomando a devolução: ..."). A reply that offers a person asks nothing else.
    """
    opened = [served for served in run.served if served.frame is not None]
    texts = [served.answer.text for served in run.served if served.frame is None and served.answer.text]
    escalates = any(served.answer.escalate for served in run.served)
    offers = any(served.answer.offers_person for served in run.served) and not opened
    frames = [] if escalates else [*run.frames, *(served.frame for served in reversed(opened) if served.frame)]
    asked = False
    if opened and not escalates:
        texts.append(opened[0].answer.text)
        asked = True
    elif frames and not offers:
        texts.append(_again(frames[-1], flows))
        asked = True
    text = "\n\n".join(dict.fromkeys(filter(None, texts)))
    first = run.served[0].request.flow.name
    if text and not memory.introduced and first != small_talk.GREETING.name:
        text = f"Olá! {small_talk.INTRODUCTION}\n\n{text}"
    text = fit(text)
    after = _remember(run.served, memory, first=first, introduced=bool(text), asked=asked, offers=offers)
    after = replace(after, frames=tuple(frames), closed=None if escalates else run.closed)
    return text, after.said("contact", words).said("agent", text)


def _again(frame: Frame, flows: Flows) -> str:
    flow = flows.named(frame.flow)
    title = flow.title if flow else ""
    return f"Retomando {title}: {frame.question}" if title else frame.question


def _remember(
    served: Sequence[Served], memory: Memory, *, first: str, introduced: bool, asked: bool, offers: bool
) -> Memory:
    for each in served:
        if each.answer.products is not None:
            memory = replace(memory, products=each.answer.products)
        if each.answer.orders is not None:
            memory = replace(memory, orders=each.answer.orders)
    escalates = any(each.answer.escalate for each in served)
    missed = first == fallback.NOT_UNDERSTOOD.name and not escalates
    failed = any(each.answer.outcome == "failed" for each in served) and not escalates
    return replace(
        memory,
        introduced=memory.introduced or introduced,
        last_flow=first,
        asked=asked,
        offered_person=offers,
        misses=memory.misses + 1 if missed else 0,
        failures=memory.failures + 1 if failed else 0,
    )
