"""An order that should have come and has not: what is known of each late one, and a person who asks after it."""

from agents.flows import order_status
from agents.flows.flow import Answer, Ask, Flow, reply
from agents.flows.slots import DATES, ORDER_NUMBERS
from agents.tools.orders import find_orders, open_orders
from agents.tools.permitted import Permitted
from agents.wording import BRASILIA, count, day
from store.orders import Order

_PERSON = "Quer que uma pessoa da equipe cobre o fornecedor? Responda *sim*."
_MOST = 3


async def run(ask: Ask, use: Permitted) -> Answer:
    """The orders named, else those late; when none is, says when they should come. Nothing is promised."""
    if ask.slots.get("order_number"):
        return await order_status.run(ask, use)
    found = await use(open_orders)
    late = [order for order in found if order_status.is_late(order, ask)]
    if not late:
        answer = await order_status.run(ask, use)
        lead = "Nenhum pedido seu passou da previsão." if found else ""
        person = "Se algo não chegou como devia, chamo uma pessoa: responda *sim*."
        return reply(
            "\n\n".join(filter(None, [lead, answer.text, person])),
            seen=answer.seen,
            orders=answer.orders,
            offers_person=True,
        )
    lead = f"Sinto muito: {count(len(late), 'pedido está atrasado', 'pedidos estão atrasados')}."
    shown = [f"{order_status.describe(order, ask)}\n{_how_late(order, ask)}" for order in late[:_MOST]]
    rest = [f"… e mais {len(late) - _MOST}."] if len(late) > _MOST else []
    return reply(
        "\n\n".join([lead, *shown, *rest, _PERSON]),
        seen={"late": [order.number for order in late]},
        orders=tuple(order.number for order in late),
        offers_person=True,
    )


def _how_late(order: Order, ask: Ask) -> str:
    expected = order_status.expected(order)
    assert expected is not None, "only an order with a forecast is late"
    days = (ask.now.astimezone(BRASILIA).date() - expected).days
    if order.shipment_status == "failed":
        return "A transportadora tentou entregar: confirme com ela o horário e o endereço."
    return f"Atraso: {count(days, 'dia', 'dias')} (era {day(expected)})."


FLOW = Flow(
    name="order_late",
    serves=("order_late",),
    title="o atraso",
    slots=(ORDER_NUMBERS, DATES),
    tools=(find_orders, open_orders),
    run=run,
)
