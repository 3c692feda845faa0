"""What a turn says and remembers, of the answers its flows gave. Pure."""

from dataclasses import replace

from agents.engine.run import Run
from agents.escalation.rules import Decision, Signals
from agents.escalation.watch import missed
from agents.flows import small_talk
from agents.flows.registry import Flows
from agents.memory import Frame, Memory
from agents.wording import LONGEST_MESSAGE, fit

_REST = "O restante da mensagem, mande de novo em separado, por favor, para eu não deixar nada sem resposta."


def compose(
    run: Run, memory: Memory, words: str, flows: Flows, *, ruled: Decision | None, signals: Signals
) -> tuple[str, Memory]:
    """The reply's text and the memory after it.

    What is answered comes first; then one question: that of the first flow that asks, or, when none does, that of a
    flow which was waiting before ("Retomando a devolução: ..."). A reply that offers a person asks nothing else. When a
    person takes over, by ``ruled``, nothing is asked and every flow that waited is laid aside.
    """
    opened = [served for served in run.served if served.frame is not None]
    texts = [served.answer.text for served in run.served if served.frame is None and served.answer.text]
    offers = not opened and ruled is None and any(served.answer.offers_person for served in run.served)
    frames = [] if ruled else [*run.frames, *(served.frame for served in reversed(opened) if served.frame)]
    asking = ""
    first = run.served[0].request.flow.name
    if ruled is not None:
        texts = _handing_over(texts, ruled, signals)
    elif opened:
        asking = opened[0].answer.text
    else:
        if first == small_talk.THANKS.name or any(served.request.kind == "yes" for served in run.served):
            frames = [frame for frame in frames if not _only_shows(frame, flows)]
        asking = _again(frames[-1], flows) if frames and not offers else ""
    if run.left and ruled is None:
        texts.append(_REST)
    if (texts or asking) and not memory.introduced and first != small_talk.GREETING.name:
        texts.insert(0, f"Olá! {small_talk.INTRODUCTION}")
    text = _join(texts, asking)
    after = replace(
        _spoken_of(run, memory),
        introduced=memory.introduced or bool(text),
        last_flow=memory.last_flow if missed(run.served) else first,
        frames=tuple(frames),
        closed=None if ruled else run.closed,
        asked=bool(asking),
        offered_person=offers,
        misses=0 if ruled else signals.misses,
        failures=0 if ruled else signals.failures,
        angry=0 if ruled else signals.angry_turns,
    )
    return text, after.said("contact", words).said("agent", text)


def _handing_over(texts: list[str], ruled: Decision, signals: Signals) -> list[str]:
    """What is said with the answers when a person takes over; the flow that asks for one says so itself."""
    if ruled.alone or (ruled.tell and signals.misses):
        return [ruled.tell]
    return [*texts, ruled.tell] if ruled.tell and signals.by_flow is None else texts


def _join(texts: list[str], asking: str) -> str:
    """One text that fits: what is answered is cut before what is asked, which a yes may confirm, is."""
    body = "\n\n".join(dict.fromkeys(text for text in texts if text and text != asking))
    if not asking:
        return fit(body)
    room = LONGEST_MESSAGE - len(asking) - 2
    if len(body) > room:
        body = f"{body[: room - 2].rsplit(chr(10), 1)[0]}\n…"
    return f"{body}\n\n{asking}" if body else asking


def _again(frame: Frame, flows: Flows) -> str:
    flow = flows.named(frame.flow)
    title = flow.title if flow else ""
    return f"Retomando {title}: {frame.question}" if title else frame.question


def _only_shows(frame: Frame, flows: Flows) -> bool:
    """Whether what waits shows goods and does nothing: it is over with thanks, or once something is bought."""
    flow = flows.named(frame.flow)
    return flow is not None and not flow.writes and flow.specialist != "support"


def _spoken_of(run: Run, memory: Memory) -> Memory:
    for served in run.served:
        if served.answer.products is not None:
            memory = replace(memory, products=served.answer.products)
        if served.answer.orders is not None:
            memory = replace(memory, orders=served.answer.orders)
    return memory
