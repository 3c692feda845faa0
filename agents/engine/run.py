"""Runs the requests of a message, in order, on the stack of frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from agents import policy
from agents.engine import confirming
from agents.engine.interpret import Request
from agents.engine.slots import fill, missing
from agents.flows.flow import Answer, Ask, Escalate, Flow, Question, question, reply
from agents.memory import Frame
from agents.tools.desk import ToolUnavailable
from agents.tools.permitted import Caller, Permitted
from agents.wording import LONGEST_MESSAGE

log = structlog.get_logger(__name__)

MOST_FLOWS = 5
_APOLOGY = (
    "Desculpe, não consegui consultar {subject} agora. Tente de novo em alguns minutos. "
    "Se for urgente, chamo uma pessoa da equipe: é só responder *sim*."
)
_NOT_DONE = "Desculpe, não consegui concluir agora. Para eu tentar de novo, responda *sim*."
_DECLINED = "Tudo bem, não fiz nada. Se precisar, é só chamar."
_TOO_OLD = "Passou um tempo desde que mostrei isso, então peço que confira de novo.\n\n"
_MOST_TRIES = 3
_WAY_OUT = "Se preferir uma pessoa, peça um *atendente*; para parar por aqui, diga *deixa*."
_GIVES_UP = "Não estou conseguindo entender, desculpe. Chamei uma pessoa da equipe, que continua por aqui."
_LONGEST_SHOWN = LONGEST_MESSAGE - 600
"""A confirmation has to be shown whole: one that leaves no room for the rest of a reply is a mistake of its flow."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a request became; ``frame`` is kept when the flow waits for an answer."""

    request: Request
    answer: Answer
    frame: Frame | None


class Run:
    """The flows of one message. ``anchor`` is the message's id, from which the writes' request ids come.

    ``anchors`` name other messages for flows that write without a yes: the ones that asked for them.
    """

    def __init__(self, ask: Ask, caller: Caller, anchor: str, anchors: Mapping[str, str] | None = None) -> None:
        self.frames = list(ask.memory.frames)
        self.closed = ask.memory.closed
        self.served: list[Served] = []
        self.calls: list[dict[str, Any]] = []
        self.left = False
        self._ask = ask
        self._caller = caller
        self._anchor = anchor
        self._anchors = anchors or {}

    async def all(self, requests: Sequence[Request]) -> None:
        """Serves each request with what the ones before left; one answer may cover several."""
        covered: set[str] = set()
        self.left = len(requests) > MOST_FLOWS
        for request in requests[:MOST_FLOWS]:
            if request.flow.name in covered:
                continue
            served = await self._serve(request)
            if served is None:
                continue
            self.served.append(served)
            covered.update((request.flow.name, *served.answer.answered))
            if served.answer.escalate:
                break

    async def _serve(self, request: Request) -> Served | None:
        blocked = policy.barrier(self._ask.identity) if request.flow.account else None
        if blocked:
            if any(served.answer.outcome == "refused" for served in self.served):
                return None
            return Served(request, policy.refusal(blocked), None)
        before = self._take(request)
        try:
            return await self._run(request, before)
        except ToolUnavailable as error:
            log.warning("a tool did not answer", flow=request.flow.name, error=str(error))
            return self._failed(request, before, error)

    def _take(self, request: Request) -> Frame:
        """The flow's frame, off the stack; a fresh one when it has none."""
        name = request.flow.name
        found = next((frame for frame in reversed(self.frames) if frame.flow == name), None)
        if found is not None:
            self.frames.remove(found)
            return found
        if request.kind == "correct" and self.closed is not None and self.closed.flow == name:
            return replace(self.closed, pending=None)
        return Frame(name)

    async def _run(self, request: Request, before: Frame) -> Served:
        if request.kind == "no":
            ask = self._asking(request, before.slots)
            flow = request.flow
            if flow.declined is None:
                return self._end(request, before, reply(_DECLINED))
            return self._end(request, before, await self._step(flow.declined, request, ask))
        if request.kind == "yes" and before.pending is not None:
            if not confirming.holds(before.pending, at=self._ask.said_at):
                served = await self._advance(request, before, before.slots, {})
                return replace(served, answer=replace(served.answer, text=_TOO_OLD + served.answer.text))
            return await self._confirmed(request, before)
        filled = fill(
            request.flow,
            before.slots,
            self._ask.entities,
            self._ask.text,
            awaiting=before.awaiting if request.kind == "answer" else "",
            corrects=request.kind == "correct",
        )
        if filled.doubt is not None:
            slot, which = filled.doubt
            return self._end(request, replace(before, slots=filled.slots), question(which, slot=slot.name))
        return await self._advance(request, before, filled.slots, filled.rejected)

    async def _advance(
        self, request: Request, before: Frame, slots: Mapping[str, Any], rejected: Mapping[str, Any]
    ) -> Served:
        flow, frame = request.flow, replace(before, slots=dict(slots), pending=None)
        if (slot := missing(flow, slots)) is not None:
            return self._end(request, frame, question(slot.question, slot=slot.name))
        step = flow.steps.get(before.step, flow.run) if request.kind == "answer" else flow.run
        return self._end(request, frame, await self._step(step, request, self._asking(request, slots, rejected)))

    async def _confirmed(self, request: Request, before: Frame) -> Served:
        waiting, flow = before.pending, request.flow
        assert waiting is not None
        tool = flow.confirmable(waiting.tool)
        if tool is None or flow.done is None:
            return await self._advance(request, before, before.slots, {})
        use = Permitted(self._caller, (tool,), waiting.id)
        try:
            result = await use(tool, **tool.arguments(waiting.arguments))
        finally:
            self.calls += use.calls
        done = flow.done
        ask = self._asking(request, before.slots)
        answer = await self._step(lambda asked, tools: done(asked, tools, result), request, ask)
        return self._end(request, replace(before, pending=None), answer)

    async def _step(self, step: Any, request: Request, ask: Ask) -> Answer:
        anchor = self._anchors.get(request.flow.name, self._anchor)
        use = Permitted(self._caller, request.flow.usable, f"{anchor}:{request.flow.name}")
        try:
            answer: Answer = await step(ask, use)
        finally:
            self.calls += use.calls
        return answer

    def _asking(self, request: Request, slots: Mapping[str, Any], rejected: Mapping[str, Any] | None = None) -> Ask:
        return replace(
            self._ask,
            slots=slots,
            also=request.names,
            corrects=request.kind == "correct",
            rejected=rejected or {},
        )

    def _end(self, request: Request, before: Frame, answer: Answer) -> Served:
        """Keeps the flow's frame when it waits, and lays it aside as the one that ended last when it does not."""
        frame = replace(before, step="", awaiting="", question="", pending=None, tries=0)
        if answer.slots is not None:
            frame = replace(frame, slots=dict(answer.slots))
        if answer.confirmation is not None:
            if request.flow.confirmable(answer.confirmation.tool) is None:
                raise ValueError(f"the flow {request.flow.name} does not declare the write {answer.confirmation.tool}")
            if len(answer.text) > _LONGEST_SHOWN:
                raise ValueError(f"the flow {request.flow.name} shows more than fits a message: {len(answer.text)}")
            waiting = confirming.pending(answer.confirmation, answer.text, asked_by=self._anchor, at=self._ask.said_at)
            asked = answer.question.again if answer.question is not None else ""
            return Served(request, answer, replace(frame, question=asked or answer.text, pending=waiting))
        if answer.question is not None:
            return self._asks(request, before, frame, answer, answer.question)
        if request.flow.slots and answer.outcome == "replied":
            self.closed = frame
        return Served(request, answer, None)

    def _asks(self, request: Request, before: Frame, frame: Frame, answer: Answer, asked: Question) -> Served:
        """Keeps the frame for the answer. What is asked over and over ends with a person, not with a fourth time."""
        words = asked.again or answer.text
        again = request.kind == "answer" and _same(words, before.question)
        tries = before.tries + 1 if again else 0
        if tries >= _MOST_TRIES:
            return Served(request, Answer(_GIVES_UP, "escalated", escalate=Escalate("not_understood")), None)
        if tries == _MOST_TRIES - 1:
            answer = replace(answer, text=f"{_WAY_OUT}\n\n{answer.text}")
        return Served(
            request, answer, replace(frame, step=asked.step, awaiting=asked.slot, question=words, tries=tries)
        )

    def _failed(self, request: Request, before: Frame, error: ToolUnavailable) -> Served:
        """Says so. A confirmed write stays as it was, so that another yes is for the same request."""
        seen = {"error": str(error)}
        if request.kind == "yes" and before.pending is not None:
            return Served(request, Answer(_NOT_DONE, "failed", seen=seen), before)
        if before.question:
            self.frames.append(before)
        text = _APOLOGY.format(subject=_subject(request.flow))
        return Served(request, Answer(text, "failed", seen=seen, offers_person=True), None)


def _same(words: str, before: str) -> bool:
    """Whether the same is asked, with or without a word that it was not understood."""
    return bool(before) and (words.endswith(before) or before.endswith(words))


def _subject(flow: Flow) -> str:
    return "o catálogo" if flow.specialist == "sales" else "os pedidos"
