"""A payment that went wrong: what our books show, then a request for the people who can put it right."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from agents.flows import which_order
from agents.flows.flow import Answer, Ask, Escalate, Flow, Write, confirm, reply
from agents.flows.slots import ORDER_NUMBERS
from agents.tools.orders import find_orders
from agents.tools.permitted import Permitted
from agents.tools.requests import report_payment_problem
from agents.tools.terms import charges
from agents.understanding.normalise import fold
from agents.wording import day, money
from store.billing import Charge, written_line
from store.outcomes import Refused
from store.service_requests import PaymentProblem, ServiceRequested

MUCH = Decimal(2000)
"""BRL paid twice or not recognised from which a person looks at it at once."""
_MOST = 3
_KINDS: tuple[tuple[PaymentProblem, re.Pattern[str]], ...] = (
    ("charged_twice", re.compile(r"duas vezes|2 ?x\b|2 vezes|dobro|duplica|repetid")),
    ("expired", re.compile(r"vencid|expirad|passou do vencimento")),
    ("wrong_amount", re.compile(r"valor (?:errad|diferent|a mais|maior|incorret)|cobrou a mais")),
    (
        "not_recognised",
        re.compile(r"paguei|ja (?:foi )?pag|em aberto|nao (?:caiu|baix|reconhec|identific|consta)|pix"),
    ),
    ("boleto_refused", re.compile(r"boleto|codigo de barras|linha|nao (?:paga|passa|le|aceita)|erro|invalid")),
)
_LEAD = {
    "charged_twice": "Sinto muito pela cobrança repetida.",
    "expired": "Boleto vencido ainda pode ser pago com o código atualizado.",
    "wrong_amount": "Vamos conferir esse valor.",
    "not_recognised": "Vamos achar esse pagamento.",
    "boleto_refused": "Sinto muito pelo boleto que não passa.",
    "other": "Vamos resolver.",
}


def kind_of(text: str) -> PaymentProblem:
    """Which problem the words tell of."""
    folded = fold(text)
    return next((kind for kind, words in _KINDS if words.search(folded)), "other")


async def run(ask: Ask, use: Permitted) -> Answer:
    """Says what the books show of the order named, or of what is open, and offers to open the request."""
    orders, unknown = await which_order.spoken_of(ask, use)
    if unknown is not None:
        return reply(which_order.NOT_FOUND.format(number=unknown))
    kind = kind_of(ask.text)
    ids = [order.order_id for order in orders] or None
    found = await use(charges, ids, open_only=not ids and kind in ("expired", "boleto_refused", "wrong_amount"))
    doubled = sum((charge.duplicates for charge in found), Decimal())
    told = [line for charge in _relevant(kind, found) if (line := _line(kind, charge))]
    at_stake = max([doubled, *(charge.amount for charge in found if orders or charge.duplicates)], default=doubled)
    seen = {
        "kind": kind,
        "duplicates": str(doubled),
        "charges": [charge.charge_id for charge in found],
        "amount": str(at_stake),
    }
    lines = [_LEAD[kind], *(["Aqui consta:", *told] if told else [])]
    if doubled >= MUCH:
        lines.append("Pelo valor, já chamei uma pessoa do financeiro, que continua por aqui.")
        return Answer("\n".join(lines), "escalated", seen=seen, escalate=Escalate("not_allowed", "high"))
    if kind == "not_recognised":
        lines.append("PIX entra na hora; boleto pago leva até 1 dia útil para aparecer.")
    order = orders[0] if orders else None
    about = f" do pedido {order.number}" if order else ""
    lines.append(f"Abro um chamado para o financeiro conferir{about}? Responda *sim*.")
    text = "\n".join(lines)
    answer = confirm(text, report_payment_problem, kind, ask.text[:500], order.order_id if order else None)
    return replace(answer, seen=seen)


def _relevant(kind: PaymentProblem, found: Sequence[Charge]) -> Sequence[Charge]:
    if kind == "charged_twice":
        return ([charge for charge in found if charge.duplicates] or list(found))[:_MOST]
    return found[:_MOST]


def _line(kind: PaymentProblem, charge: Charge) -> str:
    name = f"• Nota {charge.invoice_number} (pedido {charge.order_number}), {money(charge.amount)}"
    if charge.duplicates:
        return f"{name}: recebemos *{money(charge.duplicates)} a mais*, que volta para você."
    if charge.status == "paid" and charge.paid_at:
        return f"{name}: paga em {day(charge.paid_at)}."
    line = f"{name}: em aberto, vence {day(charge.due_on)}."
    if kind in ("boleto_refused", "expired") and charge.digitable_line:
        line += f"\n  Código: {written_line(charge.digitable_line)}"
    return line


async def done(ask: Ask, use: Permitted, result: ServiceRequested | Refused) -> Answer:
    """Words what became of the request."""
    if isinstance(result, Refused):
        return reply("Não consegui abrir o chamado. Quer uma pessoa? Responda *sim*.", offers_person=True)
    number = result.service_request_id
    if result.again:
        return reply(f"Esse chamado já está aberto, protocolo *{number}*. O financeiro responde por aqui.")
    return reply(f"Chamado aberto, protocolo *{number}*. O financeiro confere e responde por aqui.")


FLOW = Flow(
    name="payment_problem",
    serves=("payment_problem",),
    title="o problema de pagamento",
    slots=(ORDER_NUMBERS,),
    tools=(find_orders, charges),
    writes=(Write(report_payment_problem),),
    run=run,
    done=done,
)
