"""Where an order is, whether it left, when it arrives."""

import re
from collections.abc import Sequence
from datetime import date

from agents.flows import when
from agents.flows.flow import Answer, Ask, Flow, reply
from agents.flows.slots import DATES, ORDER_NUMBERS
from agents.tools.orders import find_orders, open_orders
from agents.tools.permitted import Permitted
from agents.understanding.normalise import fold, word_set
from agents.wording import BRASILIA, count, day, money
from runtime.text.folding import tokens
from store.orders import Order

_MOST = 5
_STEPS = {
    "placed": "foi recebido e aguarda a confirmação do fornecedor",
    "confirmed": "foi confirmado pelo fornecedor",
    "picking": "está em separação",
    "invoiced": "já foi faturado e aguarda o envio",
    "shipped": "já foi enviado",
    "delivered": "foi entregue",
    "cancelled": "foi cancelado",
    "returned": "foi devolvido",
}
_SHIPMENT = {
    "preparing": "a carga está sendo preparada",
    "in_transit": "a caminho",
    "out_for_delivery": "saiu hoje para entrega",
    "failed": "a transportadora tentou entregar e não conseguiu",
    "returned": "a carga voltou ao fornecedor",
}
_REASONS = {
    "pharmacy_request": "a pedido da farmácia",
    "out_of_stock": "por falta de estoque",
    "payment": "por causa do pagamento",
}
_BOUGHT = re.compile(r"\b(?:compr\w+|pedi(?:u|mos|do)?|fiz|fechei|encomend\w+)\b")
_KINDS = word_set("distribuidora distribuidor medicamentos representacoes comercial farma atacado logistica hospitalar")
_OVER = ("delivered", "cancelled", "returned")


async def run(ask: Ask, use: Permitted) -> Answer:
    """Answers for the orders named, else for those under way."""
    numbers = ask.slots.get("order_number", [])[:_MOST]
    if not numbers:
        under_way = list(await use(open_orders))
        told = ask.rejected.get("order_number", [])
        found = [order for order in under_way if order.number not in told] or under_way
        found = _of_supplier(found, ask.text) or _placed(found, ask) or found
        if not found:
            return reply("Não encontrei nenhum pedido da sua farmácia por aqui.")
        return _told(_overview(found, ask), found, ask)
    parts: list[str] = []
    known: list[Order] = []
    for number in numbers:
        matching = list(await use(find_orders, number))
        known += matching[:_MOST]
        parts += [describe(order, ask) for order in matching[:_MOST]]
        if not matching:
            parts.append(
                f"Não encontrei o pedido {number} entre os da sua farmácia. Pode conferir o número? São 8 dígitos."
            )
    return _told("\n\n".join(parts), known, ask)


def _of_supplier(orders: Sequence[Order], text: str) -> list[Order]:
    """The orders with a supplier whose name stands in the words; none when they name none."""
    said = set(tokens(text))
    return [order for order in orders if said & {word for word in tokens(order.supplier) if len(word) > 4} - _KINDS]


def _placed(orders: Sequence[Order], ask: Ask) -> list[Order]:
    """The orders placed on the day that the words name as such ("o que comprei ontem")."""
    days = when.past(ask.slots.get("date", []), ask.now.astimezone(BRASILIA).date())
    if days is None or not _BOUGHT.search(fold(ask.text)):
        return []
    return [order for order in orders if days[0] <= order.placed_at.astimezone(BRASILIA).date() <= days[1]]


def _told(text: str, known: Sequence[Order], ask: Ask) -> Answer:
    late = any(is_late(order, ask) for order in known)
    if late:
        text += "\n\nSe quiser, chamo uma pessoa da equipe para verificar: é só responder *sim*."
    seen = {"orders": [{"number": order.number, "status": order.status} for order in known]}
    return reply(text, seen=seen, orders=tuple(order.number for order in known), offers_person=late)


def _overview(found: Sequence[Order], ask: Ask) -> str:
    if len(found) == 1:
        lead = "" if found[0].status not in _OVER else "Nenhum pedido em andamento. O mais recente:\n"
        return lead + describe(found[0], ask)
    shown = "\n\n".join(describe(order, ask) for order in found[:_MOST])
    rest = len(found) - _MOST
    more = f"\n\n… e mais {rest}. Mande o número de outro que eu mostro." if rest > 0 else ""
    return f"Estes são os pedidos em andamento mais recentes:\n\n{shown}{more}"


def describe(order: Order, ask: Ask) -> str:
    """One order in two or three short lines; only what is known."""
    step = _STEPS.get(order.status, f"está com a situação “{order.status}”")
    when = order.delivered_at if order.status == "delivered" and order.delivered_at else order.status_changed_at
    if order.status == "shipped" and order.shipped_at:
        when = order.shipped_at
    head = f"Pedido *{order.number}* ({order.supplier}, {count(order.items, 'item', 'itens')}, {money(order.total)})"
    line = f"{head} {step}, em {day(when)}"
    if order.status == "cancelled" and order.cancel_reason in _REASONS:
        line += f", {_REASONS[order.cancel_reason]}"
    return "\n".join([line + ".", *_journey(order), *_forecast(order, ask)])


def _journey(order: Order) -> list[str]:
    if order.status != "shipped" or order.carrier is None:
        return []
    state = _SHIPMENT.get(order.shipment_status or "")
    line = f"Transportadora: {order.carrier}"
    if order.tracking_code:
        line += f", rastreio {order.tracking_code}"
    return [line + (f" ({state})." if state else ".")]


def _forecast(order: Order, ask: Ask) -> list[str]:
    if order.status in _OVER:
        return []
    forecast = expected(order)
    if forecast is None:
        return ["Ainda não há previsão de entrega."]
    if is_late(order, ask):
        return [f"A previsão de entrega era {day(forecast)} e já passou. Sinto muito pelo atraso."]
    return [f"Previsão de entrega: {day(forecast)}."]


def expected(order: Order) -> date | None:
    """When it should arrive: the carrier's word, else the supplier's."""
    return order.estimated_delivery or order.promised_delivery


def is_late(order: Order, ask: Ask) -> bool:
    """Whether an order under way should have come before today, Brasília's."""
    forecast = expected(order)
    today = ask.now.astimezone(BRASILIA).date()
    return order.status not in _OVER and forecast is not None and forecast < today


FLOW = Flow(
    name="order_status",
    serves=("order_status",),
    title="o pedido",
    slots=(ORDER_NUMBERS, DATES),
    tools=(find_orders, open_orders),
    run=run,
)
