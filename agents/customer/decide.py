"""Decides a turn: understanding proposes, flows decide, policy bounds. Pure given the tools and the understanding."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from agents import policy
from agents.customer.interpret import interpret
from agents.flows import fallback, small_talk
from agents.flows.flow import Answer, Ask, Escalate, Flow, Outcome
from agents.identity import Identity
from agents.memory import Memory
from agents.permitted import Permitted
from agents.tools import Tools, ToolUnavailable
from agents.understanding.protocol import Context, Entities, Understanding, Understood
from agents.wording import fit
from schemas.records.conversations import InboundMessage

log = structlog.get_logger(__name__)

MOST_FLOWS = 3
_APOLOGY = (
    "Desculpe, não consegui consultar {subject} agora. Tente de novo em alguns minutos. "
    "Se for urgente, chamo uma pessoa da equipe: é só responder *sim*."
)
_SUBJECT = {"order_status": "os pedidos"}
_BARRIERS = {
    "stranger": (
        "Não encontrei este número no cadastro de nenhuma farmácia, então não posso mostrar pedidos, estoque ou preços "
        "por aqui. Quer que eu chame uma pessoa da equipe para ajudar? Responda *sim*."
    ),
    "no_consent": (
        "Você pediu para não ser atendido por mensagens, então não consulto dados da sua farmácia por aqui. "
        "Quer que eu chame uma pessoa da equipe para rever isso? Responda *sim*."
    ),
    "inactive": (
        "O cadastro da sua farmácia ainda não está ativo, então não posso mostrar pedidos, estoque ou preços. "
        "Quer que eu chame uma pessoa da equipe? Responda *sim*."
    ),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What was decided about one message. ``understood`` is ``None`` when no words were read; ``seen`` is JSON."""

    flow: str
    flows: tuple[str, ...]
    outcome: Outcome
    text: str
    memory: Memory
    understood: Understood | None
    seen: dict[str, Any]
    escalate: Escalate | None = None


async def decide(
    message: InboundMessage,
    *,
    identity: Identity,
    memory: Memory,
    tools: Callable[[], Tools],
    understanding: Understanding,
    now: datetime,
) -> Turn:
    """The turn for a message of a conversation that no person holds.

    ``tools`` makes the pharmacy's tools; it is called only when policy lets the contact use them.
    """
    words = (message["text"] or "").strip()
    understood: Understood | None = None
    if not words:
        chosen: Sequence[tuple[Flow, tuple[str, ...]]] = [(fallback.ONLY_WORDS, ())]
    else:
        understood = await understanding.understand(words, Context(memory.last_flow, memory.awaiting))
        chosen = interpret(words, understood, memory)
    ask = Ask(
        text=words,
        entities=understood.entities if understood else Entities(),
        identity=identity,
        memory=memory,
        now=now,
    )
    answers, calls = await _answers(chosen, ask, tools)
    return _turn(chosen, answers, calls, ask, understood)


def silence(memory: Memory, *, held: bool) -> Turn:
    """The turn that says nothing: a person holds the conversation, or the message asks for no answer."""
    why = "a person holds the conversation" if held else "the message asks for no answer"
    seen = {"memory": memory.dump(), "why": why}
    return Turn("silence", (), "silent", "", memory, understood=None, seen=seen)


async def _answers(
    chosen: Sequence[tuple[Flow, tuple[str, ...]]], ask: Ask, tools: Callable[[], Tools]
) -> tuple[list[Answer], list[dict[str, Any]]]:
    """Runs the flows in order, each with the memory the one before left; one answer may cover several."""
    answers: list[Answer] = []
    calls: list[dict[str, Any]] = []
    covered: set[str] = set()
    blocked = policy.barrier(ask.identity)
    for flow, serving in chosen[:MOST_FLOWS]:
        if flow.name in covered:
            continue
        if flow.account and blocked:
            if any(answer.outcome == "refused" for answer in answers):
                continue
            kept = replace(ask.memory.next_turn(), offered_person=True)
            answer = Answer(_BARRIERS[blocked], "refused", kept, seen={"barrier": blocked})
        else:
            answer = await _run(flow, replace(ask, also=serving), tools, calls)
        covered.update((flow.name, *answer.answered))
        answers.append(answer)
        ask = replace(ask, memory=answer.memory)
        if answer.escalate:
            break
    return answers, calls


async def _run(flow: Flow, ask: Ask, tools: Callable[[], Tools], calls: list[dict[str, Any]]) -> Answer:
    permitted = Permitted(tools, flow.tools)
    try:
        return await flow.run(ask, permitted)
    except ToolUnavailable as error:
        log.warning("a tool did not answer", flow=flow.name, error=str(error))
        text = _APOLOGY.format(subject=_SUBJECT.get(flow.name, "o catálogo"))
        return Answer(text, "failed", replace(ask.memory.next_turn(), offered_person=True), seen={"error": str(error)})
    finally:
        calls += permitted.calls


def _turn(
    chosen: Sequence[tuple[Flow, tuple[str, ...]]],
    answers: Sequence[Answer],
    calls: list[dict[str, Any]],
    ask: Ask,
    understood: Understood | None,
) -> Turn:
    last = answers[-1]
    flow = chosen[0][0].name
    text = "\n\n".join(dict.fromkeys(answer.text for answer in answers if answer.text))
    if text and not ask.memory.introduced and flow != small_talk.GREETING.name:
        text = f"Olá! {small_talk.INTRODUCTION}\n\n{text}"
    memory = replace(last.memory, introduced=ask.memory.introduced or bool(text), last_flow=flow)
    if any(answer.memory.offered_person for answer in answers):
        memory = replace(memory, offered_person=True)
    seen: dict[str, Any] = {
        "memory": ask.memory.dump(),
        "calls": calls,
        "facts": [dict(answer.seen) for answer in answers if answer.seen],
        "scores": dict(understood.scores) if understood else {},
    }
    return Turn(
        flow=flow,
        flows=tuple(dict.fromkeys(name for each, serving in chosen for name in (serving or (each.name,)))),
        outcome=last.outcome,
        text=fit(text),
        memory=memory,
        understood=understood,
        seen=seen,
        escalate=next((answer.escalate for answer in answers if answer.escalate), None),
    )
