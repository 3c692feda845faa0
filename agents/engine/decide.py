"""Decides a turn: understanding proposes, flows decide, policy bounds. Pure given the tools and the understanding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from agents import policy, unlawful
from agents.engine import asking, follow_up, record
from agents.engine.heard import Heard
from agents.engine.interpret import Request, interpret
from agents.engine.reply import compose
from agents.engine.run import Run
from agents.engine.turn import Turn
from agents.escalation.rules import Rule, evaluate, shipped
from agents.escalation.watch import signals
from agents.flows import fallback
from agents.flows.catalogue import CATALOGUE
from agents.flows.flow import Ask
from agents.flows.registry import Flows
from agents.identity import Identity
from agents.memory import Memory
from agents.orchestrator.routing import route
from agents.tools.permitted import Caller
from agents.understanding.protocol import Context, Entities, Understanding, Understood

log = structlog.get_logger(__name__)


async def decide(
    said: Heard,
    *,
    identity: Identity,
    memory: Memory,
    tools: Caller,
    understanding: Understanding,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    flows: Flows = CATALOGUE,
    rules: Sequence[Rule] | None = None,
    conversation: str | None = None,
    contact: str | None = None,
    anchors: Mapping[str, str] | None = None,
) -> Turn:
    """The turn for what was heard in a conversation that no person holds; ``facts`` are remembered of the pharmacy.

    ``rules`` say when a person takes over; the shipped ones when left out. ``conversation`` and ``contact`` name them
    for the books of what a model costs. ``anchors`` are the messages after which writes are named, by flow, as a record
    has them; found out when left out.
    """
    words = said.words
    before, memory = memory, _still_known(memory, flows)
    understood: Understood | None = None
    if words:
        heard_as = await understanding.understand(words, _context(memory, contact, conversation))
        understood = follow_up.completed(words, heard_as, memory)
        requests = interpret(words, understood, _unconfirmed(memory) if said.read_from else memory, flows)
        if unlawful.barred(words, identity) and "human" not in understood.flows:
            requests = [Request(fallback.BARRED, ("out_of_scope",))]
    else:
        requests = [Request(fallback.ONLY_WORDS)]
    ask = Ask(
        text=words,
        entities=understood.entities if understood else Entities(),
        identity=identity,
        memory=memory,
        now=now,
        said_at=said.said_at,
        facts=facts or {},
        unread=said.unread,
    )
    routes = route(requests, missed=memory.misses, image=not words and "image" in said.unread)
    requests = [each.request for each in routes]
    if anchors is None:
        context = _context(memory, contact, conversation)
        anchors = await asking.anchors(said, requests, understanding, context)
    run = Run(ask, tools, said.anchor, anchors)
    await run.all(requests)
    watched = signals(words, run.served, memory=memory, understood=understood, facts=facts or {})
    ruled = evaluate(watched, rules if rules is not None else shipped())
    text, after = compose(run, memory, words, flows, ruled=ruled, signals=watched)
    if claimed := policy.claims(text):
        log.warning("a reply made a claim on a medicine's use and was not sent", flow=requests[0].flow.name)
        text = policy.CLAIMED
        after = replace(after, frames=(), asked=False).rephrased(text)
    answers = [served.answer for served in run.served]
    seen: dict[str, Any] = {
        **record.asked(said, identity=identity, memory=before, facts=facts or {}, now=now, understood=understood),
        "anchors": dict(anchors),
        "requests": [record.route(each) for each in routes],
        "calls": run.calls,
        "facts": [dict(answer.seen) for answer in answers if answer.seen],
        "scores": dict(understood.scores) if understood else {},
        "claimed": claimed,
        "text": text,
        "after": after.dump(),
    }
    return Turn(
        flow=requests[0].flow.name,
        flows=tuple(dict.fromkeys(name for each in requests for name in (each.names or (each.flow.name,)))),
        outcome="escalated" if ruled else "refused" if claimed else answers[-1].outcome,
        text=text,
        memory=after,
        understood=understood,
        seen=seen,
        escalate=ruled,
        facts=tuple(fact for answer in answers for fact in answer.facts),
        rating=next((answer.rating for answer in answers if answer.rating is not None), None),
    )


def _context(memory: Memory, contact: str | None, conversation: str | None) -> Context:
    top = memory.top if memory.asked else None
    return Context(
        last_flow=memory.last_flow,
        awaiting=top.flow if top else None,
        awaiting_slot=top.awaiting or None if top else None,
        window=[f"{said.by}: {said.text}" for said in memory.window],
        conversation=conversation,
        contact=contact,
    )


def _unconfirmed(memory: Memory) -> Memory:
    """The memory as if nothing waited for a yes: what was read from a picture or a recording confirms nothing.

    A picture's words are somebody's; a recording's were written down by a model, and may be another's, forwarded.
    """
    return replace(memory, asked=memory.asked and (memory.top is None or memory.top.pending is None))


def _still_known(memory: Memory, flows: Flows) -> Memory:
    """The memory without frames of flows that are no more."""
    kept = tuple(frame for frame in memory.frames if flows.named(frame.flow))
    closed = memory.closed if memory.closed and flows.named(memory.closed.flow) else None
    return replace(memory, frames=kept, closed=closed, asked=memory.asked and bool(kept) and kept[-1] is memory.top)
