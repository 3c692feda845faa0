"""A complaint about the service or people: heard without excuses, kept with a protocol after a yes."""

import re
from dataclasses import replace

from agents.flows import which_order
from agents.flows.flow import Answer, Ask, Flow, Write, confirm, question, reply
from agents.flows.slots import ORDER_NUMBERS
from agents.tools.orders import find_orders
from agents.tools.permitted import Permitted
from agents.tools.requests import open_complaint
from agents.understanding.normalise import fold, tokens
from store.after_sales import ComplaintOpened, ComplaintSubject
from store.outcomes import Refused

_SUBJECTS: tuple[tuple[ComplaintSubject, re.Pattern[str]], ...] = (
    ("delivery", re.compile(r"entreg|motorista|transportador|atras")),
    ("billing", re.compile(r"cobran|boleto|nota|pagament|financeir")),
    ("price", re.compile(r"prec|caro|desconto")),
    ("product", re.compile(r"produto|qualidade|embalag")),
    ("service", re.compile(r"atend|vendedor|respeit|educa|grosseir|demora|resposta|respond|robo")),
)
_FEW = 4
"""Words under which a complaint says nothing that somebody could act on."""


async def run(ask: Ask, use: Permitted) -> Answer:
    """Asks what happened when that was not said, else shows what will be kept."""
    if not ask.slots.get("details") and len(tokens(fold(ask.text))) < _FEW:
        return question("Sinto muito. Quero registrar direito: o que aconteceu?", step="told")
    return await told(ask, use)


async def told(ask: Ask, use: Permitted) -> Answer:
    """Shows the complaint as it will be kept."""
    body = str(ask.slots.get("details") or ask.text).strip()
    orders, unknown = await which_order.spoken_of(ask, use) if ask.slots.get("order_number") else ([], None)
    if unknown is not None:
        again = which_order.NOT_FOUND.format(number=unknown)
        return question(again, slot="order_number", step="told", slots={"details": body})
    order = orders[0] if orders else None
    about = f" sobre o pedido {order.number}" if order else ""
    text = (
        f"Sinto muito por isso. Registro a sua reclamação{about} assim:\n“{body[:600]}”\n"
        "Posso registrar? Responda *sim*."
    )
    answer = confirm(text, open_complaint, subject_of(body), body[:2000], order.order_id if order else None)
    seen = {"amount": str(order.total)} if order else {}
    return replace(answer, slots={**ask.slots, "details": body}, seen=seen)


def subject_of(text: str) -> ComplaintSubject:
    """What the words are mostly about."""
    folded = fold(text)
    return next((subject for subject, words in _SUBJECTS if words.search(folded)), "other")


async def done(ask: Ask, use: Permitted, result: ComplaintOpened | Refused) -> Answer:
    """Words what became of it; a person is offered, for who complains has waited enough."""
    if isinstance(result, Refused):
        return reply("Não consegui registrar. Quer falar com uma pessoa agora? Responda *sim*.", offers_person=True)
    text = (
        f"Registrado, protocolo *R{result.complaint_id}*. A equipe lê e responde por aqui em até 1 dia útil. "
        "Se preferir falar com uma pessoa agora, responda *sim*."
    )
    return reply(text, seen={"complaint": result.complaint_id}, offers_person=True)


FLOW = Flow(
    name="complaint",
    serves=("complaint",),
    title="a reclamação",
    slots=(ORDER_NUMBERS,),
    tools=(find_orders,),
    writes=(Write(open_complaint),),
    run=run,
    steps={"told": told},
    done=done,
)
