"""Which order a change is for: the one named, else the one just spoken of, else the only one it can be."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from agents.flows.flow import Answer, Ask, question, reply
from agents.flows.slots import ORDER_NUMBER
from agents.flows.which_order import NOT_FOUND
from agents.tools.orders import find_orders, open_orders
from agents.tools.permitted import Permitted
from agents.wording import count, day, money
from store.orders import Order

ORDER = replace(ORDER_NUMBER, required=False)
TOOLS = (find_orders, open_orders)
_MOST = 4


async def one(ask: Ask, use: Permitted, *, to: str, able: Collection[str]) -> Order | Answer:
    """The order, or the question which. ``to`` says what for ("cancelar"), ``able`` the states that it is for."""
    number = ask.slots.get("order_number")
    if number is None and len(ask.memory.orders) == 1 and not ask.rejected.get(ORDER.name):
        number = ask.memory.orders[0]
    if number is not None:
        found = list(await use(find_orders, number))
        if not found:
            text = NOT_FOUND.format(number=number)
            return question(text, slot=ORDER.name, slots=_without_number(ask))
        return found[0] if len(found) == 1 else _which(ask, found, to)
    found = [order for order in await use(open_orders) if order.status in able]
    if not found:
        return reply(f"Não encontrei nenhum pedido que ainda dê para {to}. Se tiver o número, mande que eu confiro.")
    return found[0] if len(found) == 1 else _which(ask, found, to)


def titled(order: Order) -> str:
    """How an order is named to a person."""
    return f"*{order.number}* ({order.supplier}, {count(order.items, 'item', 'itens')}, {money(order.total)})"


def _which(ask: Ask, found: Sequence[Order], to: str) -> Answer:
    lines = [f"• {titled(order)}, de {day(order.placed_at)}" for order in found[:_MOST]]
    text = "\n".join([f"Qual pedido você quer {to}? Mande o número:", *lines])
    return question(text, slot=ORDER.name, slots=_without_number(ask))


def _without_number(ask: Ask) -> dict[str, object]:
    return {name: value for name, value in ask.slots.items() if name != ORDER.name}
