"""What is wrong with goods that came: order, product and quantity are found out, shown, and requested after a yes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents.flows import bought, which_order
from agents.flows.flow import Answer, Ask, Escalate, Slot, Write, confirm, question, reply
from agents.flows.slots import ORDER_NUMBER, PRODUCTS, QUANTITY
from agents.tools.ordering import last_orders, order_lines
from agents.tools.orders import find_orders
from agents.tools.permitted import Permitted
from agents.tools.requests import request_return
from agents.wording import count, day
from store.after_sales import ReturnReason, ReturnRequested
from store.orders import Line, Order
from store.outcomes import Refused

SLOTS: tuple[Slot, ...] = (
    replace(ORDER_NUMBER, required=False),
    replace(PRODUCTS, many=False),
    replace(QUANTITY, required=False),
)
TOOLS = (find_orders, last_orders, order_lines)
WRITES = (Write(request_return),)
_MOST_ORDERS = 3
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
    line = await _line(ask, use, order)
    if isinstance(line, Answer):
        return _led(line, lead, {**kept, "order_number": order.number})
    quantity = ask.slots.get("quantity") or (1 if line.quantity == 1 else None)
    known = {**kept, "order_number": order.number, "product": f"{line.name} {line.presentation}"}
    if quantity is None:
        text = f"Quantas unidades de {bought.title(line)}? Você comprou {line.quantity}."
        return question(lead + text, slot="quantity", slots=known)
    if quantity > line.quantity:
        text = f"No pedido {order.number} você comprou {count(line.quantity, 'unidade', 'unidades')} de "
        text += f"{bought.title(line)}. Quantas quer devolver?"
        return question(lead + text, slot="quantity", slots={**known, "quantity": None})
    shown = (
        f"{lead}Confere a solicitação:\n• Pedido {order.number} ({order.supplier})\n• {bought.title(line)}\n"
        f"• {count(quantity, 'unidade', 'unidades')}\n• Motivo: {_TOLD[reason]}\nPosso enviar? Responda *sim*."
    )
    write = confirm(shown, request_return, order.order_id, line.product_id, quantity, reason=reason, details=details)
    return replace(write, slots=known)


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
    if orders:
        return orders[0]
    newest = [order for order in await use(last_orders) if order.status == "delivered"]
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
    found = bought.meant(words, lines)
    if len(found) == 1:
        return found[0]
    lead = f"Mais de um produto combina com “{words}”" if found else f"Não achei “{words}” no pedido {order.number}"
    return question(f"{lead}. Qual destes?\n{bought.listing(found or lines)}", slot="product")


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
        text = f"O prazo deste fornecedor para devolver produto sem defeito é de {problem.allowed} dias e já passou."
    elif problem.reason == "not_returnable":
        text = "Produto de geladeira sem defeito não pode voltar ao estoque: a cadeia fria não teria garantia."
    elif problem.reason == "order_state":
        text = "Esse pedido ainda não consta como entregue, então não dá para abrir a devolução."
    elif problem.reason == "quantity":
        text = f"Só há {problem.allowed} unidades desse item que ainda não foram devolvidas."
    else:
        text = "Não encontrei esse item no pedido."
    return reply(f"{text} Quer que eu chame uma pessoa da equipe? Responda *sim*.", offers_person=True)


def urgent(answer: Answer) -> Answer:
    """The answer with a person called at once: goods that may harm somebody."""
    text = f"{answer.text}\n\nNão venda nem use esse produto. Já chamei uma pessoa da equipe, que continua por aqui."
    return replace(answer, text=text, outcome="escalated", escalate=Escalate("not_allowed", "urgent"))
