"""What is wrong with goods that came: order, product and quantity are found out, shown, and requested after a yes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from agents.flows import bought, which_order
from agents.flows.flow import Answer, Ask, Escalate, Slot, Write, confirm, question, reply
from agents.flows.slots import ORDER_NUMBER, PRODUCTS, QUANTITY
from agents.tools.catalogue import products
from agents.tools.ordering import last_orders, order_lines
from agents.tools.orders import LAST, find_orders
from agents.tools.permitted import Permitted
from agents.tools.requests import request_return
from agents.tools.terms import supplier_terms
from agents.wording import count, day
from runtime.text.folding import tokens
from runtime.text.likeness import likeness
from store.after_sales import ReturnReason, ReturnRequested
from store.orders import Line, Order
from store.outcomes import Refused

SLOTS: tuple[Slot, ...] = (
    replace(ORDER_NUMBER, required=False),
    replace(PRODUCTS, many=False),
    replace(QUANTITY, required=False),
)
TOOLS = (find_orders, last_orders, order_lines, products, supplier_terms)
WRITES = (Write(request_return),)
_MOST_ORDERS = 3
_ALIKE = 0.85
_DAYS = 7
"""To send back goods that are in order, where the supplier names no other time."""
_CAME = ("delivered", "returned")
_OVER = "O prazo deste fornecedor para devolver produto sem defeito é de {days} dias e já passou."
_PERSON = "Quer que eu chame uma pessoa da equipe? Responda *sim*."
_TOLD = {
    "damaged": "avaria",
    "wrong_item": "produto diferente do comprado",
    "short_expiry": "validade curta ou vencida",
    "not_needed": "não vai usar",
    "other": "outro motivo",
}


async def ask_for_return(ask: Ask, use: Permitted, *, reason: ReturnReason, lead: str) -> Answer:
    """The next question, or what a yes will request. ``lead`` opens the first reply."""
    details = str(ask.slots.get("details") or ask.text)
    kept = {**ask.slots, "details": details}
    lead = "" if "details" in ask.slots else f"{lead} "
    order = await order_of(ask, use)
    if isinstance(order, Answer):
        return _led(order, lead, kept)
    if order.status not in _CAME:
        return _not_there(order, reason)
    line = await _line(ask, use, order)
    if (late := await _too_late(use, order, reason, ask.now)) is not None:
        return replace(late, products=None if isinstance(line, Answer) else (line.product_id,))
    if isinstance(line, Answer):
        return _led(line, lead, {**kept, "order_number": order.number})
    quantity = ask.slots.get("quantity") or (1 if line.quantity == 1 else None)
    known = {**kept, "order_number": order.number, "product": f"{line.name} {line.presentation}"}
    if quantity is None:
        text = f"Quantas unidades de {bought.title(line)}? Você comprou {line.quantity}."
        return question(lead + text, slot="quantity", slots=known, products=(line.product_id,))
    if quantity > line.quantity:
        text = f"No pedido {order.number} você comprou {count(line.quantity, 'unidade', 'unidades')} de "
        text += f"{bought.title(line)}. Quantas quer devolver?"
        slots = {**known, "quantity": None}
        return question(lead + text, slot="quantity", slots=slots, products=(line.product_id,))
    shown = (
        f"{lead}Confere a solicitação:\n• Pedido {order.number} ({order.supplier})\n• {bought.title(line)}\n"
        f"• {count(quantity, 'unidade', 'unidades')}\n• Motivo: {_TOLD[reason]}\nPosso enviar? Responda *sim*."
    )
    write = confirm(shown, request_return, order.order_id, line.product_id, quantity, reason=reason, details=details)
    amount = str(line.unit_price * quantity)
    return replace(write, slots=known, products=(line.product_id,), seen={"amount": amount})


async def _too_late(use: Permitted, order: Order, reason: ReturnReason, now: datetime) -> Answer | None:
    """Says at once that the days for goods in order are over; the request itself looks again."""
    if reason not in ("not_needed", "other") or order.delivered_at is None:
        return None
    found = await use(supplier_terms, [order.supplier_id])
    days = next((terms.return_days for terms in found if terms.return_days), _DAYS)
    if (now - order.delivered_at).days <= days:
        return None
    return reply(f"{_OVER.format(days=days)} {_PERSON}", orders=(order.number,), offers_person=True)


def _not_there(order: Order, reason: ReturnReason) -> Answer:
    """What is said of an order that did not come yet, or never will."""
    if order.status == "cancelled":
        text = f"O pedido *{order.number}* foi cancelado."
    elif reason not in ("not_needed", "other"):
        text = f"O pedido *{order.number}* ainda não consta como entregue, então quem resolve isso é a equipe."
    else:
        text = f"O pedido *{order.number}* ainda não foi entregue, então não há o que devolver."
        if order.status in ("placed", "confirmed", "picking"):
            text += f" Ainda dá para cancelar: é só dizer *cancela o {order.number}*."
        else:
            text += " Quando ele chegar, abro a devolução por aqui."
    return reply(f"{text} Se quiser, chamo uma pessoa: responda *sim*.", orders=(order.number,), offers_person=True)


def _led(asked: Answer, lead: str, slots: Mapping[str, Any]) -> Answer:
    """The question after ``lead``, which is not said again when the question is."""
    assert asked.question is not None
    again = replace(asked.question, again=asked.text)
    return replace(asked, text=lead + asked.text, question=again, slots=slots)


async def order_of(ask: Ask, use: Permitted) -> Order | Answer:
    """The order meant, or the question for it with the newest delivered ones."""
    orders, unknown = await which_order.spoken_of(ask, use)
    if unknown is not None:
        return question(which_order.NOT_FOUND.format(number=unknown), slot="order_number")
    if orders and (ask.slots.get("order_number") != LAST or orders[0].status in _CAME):
        return orders[0]
    newest = [order for order in await use(last_orders) if order.status == "delivered"]
    if orders:
        # "the last one" of which something is wrong is the last that came
        return newest[0] if newest else orders[0]
    if not newest:
        return question(ORDER_NUMBER.question, slot="order_number")
    shown = [f"• {order.number} ({order.supplier}, {day(order.placed_at)})" for order in newest[:_MOST_ORDERS]]
    return question("\n".join(["De qual pedido? Os últimos entregues:", *shown]), slot="order_number")


async def _line(ask: Ask, use: Permitted, order: Order) -> Line | Answer:
    lines = list(await use(order_lines, [order.order_id]))
    words = ask.slots.get("product")
    if words is None:
        if len(lines) == 1:
            return lines[0]
        return question(f"Qual produto do pedido {order.number}?\n{bought.listing(lines)}", slot="product")
    found = bought.meant(words, lines) or await _of_ingredient(use, words, lines)
    if len(found) == 1:
        return found[0]
    lead = f"Mais de um produto combina com “{words}”" if found else f"Não achei “{words}” no pedido {order.number}"
    return question(f"{lead}. Qual destes?\n{bought.listing(found or lines)}", slot="product")


async def _of_ingredient(use: Permitted, words: str, lines: Sequence[Line]) -> list[Line]:
    """The lines whose product has the active ingredient that the words name ("a morfina" of a brand)."""
    asked = [word for word in tokens(words) if word.isalpha() and len(word) > 3]
    known = await use(products, [line.product_id for line in lines])
    having = {
        product.product_id
        for product in known
        for ingredient in product.active_ingredients
        if any(likeness(word, part) >= _ALIKE for word in asked for part in tokens(ingredient))
    }
    return [line for line in lines if line.product_id in having]


async def requested(ask: Ask, use: Permitted, result: ReturnRequested | Refused) -> Answer:
    """Words what became of the request."""
    if isinstance(result, ReturnRequested):
        text = (
            f"Solicitação enviada, protocolo *D{result.return_id}*. {result.supplier} analisa e responde em até "
            "2 dias úteis. Guarde o produto e a nota até lá."
        )
        return reply(text, orders=(result.order_number,), seen={"return": result.return_id})
    problem = result.problems[0]
    if problem.reason == "too_late":
        text = _OVER.format(days=problem.allowed)
    elif problem.reason == "not_returnable":
        text = "Produto de geladeira sem defeito não pode voltar ao estoque: a cadeia fria não teria garantia."
    elif problem.reason == "order_state":
        text = "Esse pedido ainda não consta como entregue, então não dá para abrir a devolução."
    elif problem.reason == "quantity":
        text = f"Só há {problem.allowed} unidades desse item que ainda não foram devolvidas."
    else:
        text = "Não encontrei esse item no pedido."
    return reply(f"{text} {_PERSON}", offers_person=True)


def urgent(answer: Answer) -> Answer:
    """The answer with a person called at once: goods that may harm somebody."""
    text = f"{answer.text}\n\nNão venda nem use esse produto. Já chamei uma pessoa da equipe, que continua por aqui."
    return replace(answer, text=text, outcome="escalated", escalate=Escalate("not_allowed", "urgent"))
