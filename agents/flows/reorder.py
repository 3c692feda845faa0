"""The same again: the last order or the one named, at today's prices, with what changed said."""

from collections.abc import Sequence
from dataclasses import replace

from agents.flows import when
from agents.flows.flow import Answer, Ask, Flow, Write, question, reply
from agents.flows.slots import DATES
from agents.flows.which_order import NOT_FOUND
from agents.ordering import buying, cart, which
from agents.ordering.cart import CartLine
from agents.tools import ordering
from agents.tools.orders import LAST, find_orders
from agents.tools.permitted import Permitted
from agents.wording import BRASILIA, day
from store.orders import Order

_LOOK_BACK = 40
_MOST_SHOWN = 5


async def run(ask: Ask, use: Permitted) -> Answer:
    """Takes the lines of the order; says of each what one cost then, when that is another price now."""
    if (lines := cart.load(ask.slots)) and "order_number" not in ask.rejected and not _another(ask):
        return await buying.advance(ask, use, cart.merged(lines, ask))
    order = await _which(ask, use)
    if isinstance(order, Answer):
        return order
    bought = await use(ordering.order_lines, [order.order_id])
    lines = [
        CartLine(
            "",
            line.quantity,
            product_id=line.product_id,
            name=f"{line.name} {line.presentation}",
            before=line.unit_price,
        )
        for line in bought
    ]
    if not lines:
        return reply(f"O pedido *{order.number}* não tem itens para repetir.", orders=(order.number,))
    quantities = ask.slots.get("quantity", [])
    if len(quantities) == 1 and len(lines) > 1 and not ask.slots.get("product"):
        return replace(_of_which_line(ask, lines, quantities[0]), orders=(order.number,))
    lead = f"Repetindo o pedido *{order.number}* de {day(order.placed_at)}, com os preços de hoje:"
    answer = await buying.advance(ask, use, cart.merged(lines, ask), lead=lead)
    slots = {**(answer.slots or {}), "repeats": order.number}
    return replace(answer, orders=(order.number,), slots=slots)


def _another(ask: Ask) -> bool:
    """Whether the message names another order than the one whose lines are kept."""
    return bool(ask.entities.order_numbers) and ask.entities.order_numbers[0] != ask.slots.get("repeats")


def _of_which_line(ask: Ask, lines: Sequence[CartLine], quantity: int) -> Answer:
    """Nothing is shown for a yes while a change that was asked for is not in it."""
    text = "\n".join(
        [
            f"Para qual destes itens são as {quantity} unidades? Mande o nome com a quantidade:",
            *(f"• {line.quantity} × {line.name}" for line in lines),
        ]
    )
    return question(text, step="add", slots=cart.kept_slots(ask, lines))


async def _which(ask: Ask, use: Permitted) -> Order | Answer:
    if (number := ask.slots.get("order_number")) and number != LAST:
        found: Sequence[Order] = await use(find_orders, number)
        if not found:
            return question(NOT_FOUND.format(number=number), slot="order_number", slots={})
        return found[0]
    orders = await use(ordering.last_orders, _LOOK_BACK)
    dates = ask.slots.get("date", [])
    if days := when.past(dates, ask.now.astimezone(BRASILIA).date()):
        orders = [order for order in orders if days[0] <= order.placed_at.astimezone(BRASILIA).date() <= days[1]]
        if not orders:
            text = f"Não encontrei pedido seu de {dates[0]}. Qual é o número dele?"
            return question(text, slot="order_number", slots={})
        if len(orders) > 1 and days[0] != days[1]:
            return _of_several(orders)
    kept = [order for order in orders if order.status != "cancelled"] or orders
    return kept[0] if kept else reply("Ainda não encontrei nenhum pedido da sua farmácia para repetir.")


def _of_several(orders: Sequence[Order]) -> Answer:
    shown = [f"• {which.titled(order)}, de {day(order.placed_at)}" for order in orders[:_MOST_SHOWN]]
    text = "\n".join(["Qual destes pedidos você quer repetir? Mande o número:", *shown])
    return question(text, slot="order_number", slots={}, orders=tuple(order.number for order in orders[:_MOST_SHOWN]))


FLOW = Flow(
    name="reorder",
    serves=("reorder", "order_change"),
    title="a repetição do pedido",
    specialist="sales",
    slots=(which.ORDER, DATES, *buying.SLOTS),
    tools=(find_orders, ordering.last_orders, ordering.order_lines, *buying.TOOLS),
    writes=(Write(ordering.place_order),),
    run=run,
    steps={"choose": buying.choose, "add": buying.add},
    done=buying.done,
)
