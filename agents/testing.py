"""Tries flows without a model and without a database. For tests and evaluations; nothing here runs in a station.

One step of one flow::

    answer = await step(order_status.FLOW, world, order_number=["10000482"])

Whole turns, memory and all; the flows understood are named, and so is what the message names::

    talk = Talk(world, flows=[order_cancel.FLOW])
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    turn = await talk.says("sim")
    assert world.cancelled == ["10000482"]

``world`` is any object: a tool ``find_orders`` is answered by its method ``find_orders``, ``async`` or not. A write's
method is called once for a request id; a second call gets the first one's answer, as from the store.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from agents.engine.decide import decide
from agents.engine.heard import Heard, heard
from agents.engine.turn import Turn
from agents.flows.catalogue import FLOWS
from agents.flows.fallback import NOT_OFFERED
from agents.flows.flow import Answer, Ask, Flow
from agents.flows.registry import Flows
from agents.identity import Identity
from agents.memory import Memory
from agents.tools.permitted import Permitted
from agents.tools.tool import Tool
from agents.understanding.protocol import Context, Entities, Understanding, Understood
from schemas.records.conversations import InboundMessage

R = TypeVar("R")
NOON = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
"""A Saturday, noon in Brasília."""
PHARMACIST = Identity(
    name="MARIA APARECIDA",
    contact_id=5,
    pharmacy_id=7,
    pharmacy="Drogaria Central",
    city="Fortaleza",
    state="CE",
    consented=True,
    active=True,
)


class Fake:
    """Answers tools with the methods of ``world``. Arguments and answers go through JSON, as in a turn's record."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.requests: dict[UUID, Any] = {}

    async def call(self, tool: Tool[..., R], arguments: Mapping[str, Any], request: UUID | None) -> R:
        """See ``Caller``."""
        if request is not None and request in self.requests:
            return tool.answer(self.requests[request])
        answer = getattr(self.world, tool.name)(**tool.arguments(tool.asked(arguments)))
        gave = tool.gave(await answer if inspect.isawaitable(answer) else answer)
        if request is not None:
            self.requests[request] = gave
        return tool.answer(gave)


class Scripted:
    """An understanding that gives what it is told to."""

    def __init__(self) -> None:
        self.next = Understood(None, (), Entities(), 0.0, abstained=True, source="test")
        self.context = Context()

    async def understand(self, text: str, context: Context) -> Understood:
        """See ``Understanding``."""
        self.context = context
        return self.next


class Talk:
    """A conversation. Its attributes may be changed between messages: ``identity``, ``now``, ``memory``, ``facts``."""

    def __init__(
        self,
        world: object,
        *,
        flows: Sequence[Flow] = (),
        identity: Identity = PHARMACIST,
        now: datetime = NOON,
        understanding: Understanding | None = None,
    ) -> None:
        """``flows`` come before those of the catalogue. Without ``understanding`` a test names what is understood."""
        self.fake = Fake(world)
        names = {flow.name for flow in flows}
        kept = [flow for flow in FLOWS if flow.name not in names]
        self.flows = Flows([*flows, *kept], otherwise=NOT_OFFERED)
        self.identity = identity
        self.now = now
        self.memory = Memory(introduced=True)
        self.facts: dict[str, Any] = {}
        self.turns: list[Turn] = []
        self._understanding = understanding
        self._scripted = Scripted()

    async def says(
        self, text: str | None, *flows: str, corrects: bool = False, sure: float = 0.9, **named: Any
    ) -> Turn:
        """The turn for a message that asks for ``flows`` and names ``named`` (fields of ``Entities``).

        Without ``flows`` it is a message that understanding abstains from. A second later each time.
        """
        self.now += timedelta(seconds=1)
        first = flows[0] if flows else None
        self._scripted.next = Understood(
            first,
            flows,
            Entities(**named),
            sure if flows else 0.1,
            abstained=not flows,
            source="test",
            confidences=dict.fromkeys(flows, sure),
            corrects=corrects,
        )
        return await self.hears(message(text, at=self.now))

    async def hears(self, inbound: InboundMessage) -> Turn:
        """The turn for a message as the channel gives it."""
        return await self.listens(heard([inbound]))

    async def listens(self, said: Heard) -> Turn:
        """The turn for what was heard: several messages at once, or the words of a picture."""
        turn = await decide(
            said,
            identity=self.identity,
            memory=self.memory,
            tools=self.fake,
            understanding=self._understanding or self._scripted,
            now=self.now,
            facts=self.facts,
            flows=self.flows,
        )
        # Through JSON, as between two turns.
        self.memory = Memory.load(turn.memory.dump(), last_message_at=self.now, now=self.now)
        assert self.memory == turn.memory, "a memory is the same after it was kept"
        self.facts |= {noted.name: noted.value for noted in turn.facts}
        self.turns.append(turn)
        return turn


def message(text: str | None, *, at: datetime = NOON, **changes: Any) -> InboundMessage:
    """A text message with an id of its own."""
    made = InboundMessage(
        message_id=f"wamid.{uuid4()}",
        phone_number_id="106540352242922",
        contact="5585988887777",
        contact_name="Cida",
        kind="text",
        text=text,
        reply_to=None,
        sent_at=at,
        received_at=at,
        payload='{"type": "text"}',
    )
    return InboundMessage(**{**made, **changes})  # type: ignore[typeddict-item]


def asked(*, text: str = "", entities: Entities | None = None, at: datetime = NOON, **slots: Any) -> Ask:
    """What a step is asked, with these slots."""
    return Ask(text, entities or Entities(), PHARMACIST, Memory(introduced=True), at, at, slots=slots)


async def step(flow: Flow, world: object, ask: Ask | None = None, **slots: Any) -> Answer:
    """What the flow's first step answers, with these slots."""
    ask = replace(ask, slots={**ask.slots, **slots}) if ask else asked(**slots)
    return await flow.run(ask, Permitted(Fake(world), flow.usable))
