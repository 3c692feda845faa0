"""What a flow is, and what it is made with.

A flow declares the names of understanding it ``serves``, the ``slots`` it needs, the ``tools`` it reads with, the
``writes`` it may do, and its steps: functions of what was asked (``Ask``) and of its tools. The engine fills the slots
from the message, asks the question of a required one that is missing, asks which when one is named twice, keeps a flow
that waits on a stack while another one answers ("and the price?"), returns to its question, replaces a slot that is
corrected ("no, the other order"), and does a write after exactly what was shown was confirmed. A flow knows nothing of
that::

    async def run(ask: Ask, use: Permitted) -> Answer:
        [order] = await use(find_orders, ask.slots["order_number"])
        return confirm(f"Cancelar o pedido {order.number}?", cancel_order, order=order.number)

    async def done(ask: Ask, use: Permitted, result: Any) -> Answer:
        return reply("Pedido cancelado.") if isinstance(result, Cancelled) else reply("Já foi enviado.")

    FLOW = Flow(
        name="order_cancel", title="o cancelamento", serves=("order_cancel",), slots=(ORDER_NUMBER,),
        tools=(find_orders,), writes=(Write(cancel_order),), run=run, done=done,
    )

Steps are tested without a model and without a database: see ``agents.testing``. Add the flow to
``agents.flows.catalogue``.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, ParamSpec

from agents.identity import Identity
from agents.memory import Memory
from agents.tools.permitted import Permitted
from agents.tools.tool import Tool
from agents.understanding.protocol import Entities
from schemas.records.conversations import EscalationReason, Priority

P = ParamSpec("P")
Outcome = Literal["replied", "asked", "refused", "escalated", "silent", "failed"]
Specialist = Literal["support", "sales", "visual_search", "market_intelligence", "person"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: ``slots`` has what the flow declared, as JSON, from this message and from those before.

    ``also`` names what of the message led to this flow. ``corrects`` says that the contact puts right what was said;
    ``rejected`` has the slots' values that were replaced. ``said_at`` is when the message came, ``now`` is now.
    ``unread`` names the kinds of files that nobody could read.
    """

    text: str
    entities: Entities
    identity: Identity
    memory: Memory
    now: datetime
    said_at: datetime
    slots: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    corrects: bool = False
    rejected: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Something a flow needs to know.

    ``read`` finds its values (JSON) in a message, none when it says nothing of it. A ``required`` slot that is empty
    is asked for with ``question``. Of a slot that is not ``many`` one value is kept, and two in a message are asked
    about; a ``many`` one is kept as a list. A ``free`` one is read only from the answer to its question. ``called`` is
    the folded word that people call it by: "o outro pedido" empties the slot called "pedido".
    """

    name: str
    question: str
    read: Callable[[Entities, str], Sequence[Any]]
    required: bool = True
    many: bool = False
    free: bool = False
    called: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """A tool that changes something. ``confirmed`` ones are done only after a yes; others a step may call itself."""

    tool: Tool[..., Any]
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Escalate:
    """That a person must take over."""

    reason: EscalationReason
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True)
class Question:
    """That the flow waits for an answer: for ``slot``, when that is named, in ``step``, when that is named.

    ``again`` is how it is asked after another matter came between; empty for the words of the answer.
    """

    slot: str = ""
    step: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A write that is done when exactly this is confirmed; ``arguments`` are JSON."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Noted:
    """A fact about the pharmacy to remember beyond the conversation: JSON, until ``expires_at``."""

    name: str
    value: Any
    source: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a flow decided. An empty ``text`` says nothing; ``seen`` are the facts it stands on, as JSON.

    ``answered`` names flows that this answer covers too. ``products`` and ``orders`` are what it speaks of; ``None``
    leaves what was spoken of before. ``question`` or ``confirmation`` keep the flow on the stack; without them it is
    over. ``seen["amount"]`` is the BRL at stake, by which a person may have to take over. ``slots`` replace those of
    the frame. ``offers_person`` makes a yes to this reply call a person. ``facts`` and a ``rating`` of the service, 1
    to 5, are written with the turn.
    """

    text: str
    outcome: Outcome = "replied"
    seen: Mapping[str, Any] = field(default_factory=dict)
    escalate: Escalate | None = None
    answered: tuple[str, ...] = ()
    products: tuple[int, ...] | None = None
    orders: tuple[str, ...] | None = None
    question: Question | None = None
    confirmation: Confirmation | None = None
    slots: Mapping[str, Any] | None = None
    offers_person: bool = False
    rating: int | None = None
    facts: tuple[Noted, ...] = ()


def reply(text: str, **more: Any) -> Answer:
    """An answer after which the flow is over; ``more`` are fields of ``Answer``."""
    return Answer(text, **more)


def question(text: str, *, slot: str = "", step: str = "", again: str = "", **more: Any) -> Answer:
    """An answer that asks back; the next message fills ``slot``, or goes to ``step``, of this flow."""
    return Answer(text, "asked", question=Question(slot, step, again), **more)


def confirm(text: str, tool: Tool[P, Any], *args: P.args, **kwargs: P.kwargs) -> Answer:
    """Shows what a yes will do: ``tool`` with exactly these arguments. ``text`` must say all of it and ask."""
    return Answer(text, "asked", confirmation=Confirmation(tool.name, tool.asked(tool.bind(*args, **kwargs))))


Run = Callable[[Ask, Permitted], Awaitable[Answer]]
Done = Callable[[Ask, Permitted, Any], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow and the names of understanding it ``serves``.

    ``title`` names it with its article, for "Retomando a devolução". ``account`` flows tell of a pharmacy's orders or
    of prices and are closed to strangers. ``run`` is the first step, ``steps`` are those that a question named.
    ``done`` words the result of a confirmed write; it may ask again when the result is a refusal. ``declined`` words
    a no; without it the engine does.
    """

    name: str
    serves: tuple[str, ...]
    title: str = ""
    specialist: Specialist = "support"
    slots: tuple[Slot, ...] = ()
    tools: tuple[Tool[..., Any], ...] = ()
    writes: tuple[Write, ...] = ()
    account: bool = True
    run: Run
    steps: Mapping[str, Run] = field(default_factory=dict)
    done: Done | None = None
    declined: Run | None = None

    def __post_init__(self) -> None:
        if any(write.confirmed for write in self.writes) and self.done is None:
            raise ValueError(f"the flow {self.name} confirms a write and has no done() to word its result")

    @property
    def usable(self) -> tuple[Tool[..., Any], ...]:
        """The tools a step may call itself."""
        return (*self.tools, *(write.tool for write in self.writes if not write.confirmed))

    def confirmable(self, name: str) -> Tool[..., Any] | None:
        """The write of that name that needs a yes."""
        return next((write.tool for write in self.writes if write.confirmed and write.tool.name == name), None)
