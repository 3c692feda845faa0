"""Cancels a placed order, while its goods are not invoiced; after that says why not, and what can be done."""

from agents.flows.flow import Answer, Ask, Flow, Write, confirm, reply
from agents.ordering import which
from agents.ordering.problems import state_of, told
from agents.tools.ordering import cancel_order
from agents.tools.permitted import Permitted
from store.amending import CANCELLABLE, Cancelled
from store.orders import Order
from store.outcomes import Refused

_PERSON = "Se quiser, chamo uma pessoa da equipe: responda *sim*."
_INSTEAD = {
    "invoiced": "Quando chegar, posso registrar a devolução.",
    "shipped": "Quando chegar, posso registrar a devolução.",
    "delivered": "Posso registrar a devolução: é só escrever *devolver* e o motivo.",
}


async def run(ask: Ask, use: Permitted) -> Answer:
    """Shows the order and asks for a yes, when its state lets it be cancelled."""
    order = await which.one(ask, use, to="cancelar", able=CANCELLABLE)
    if isinstance(order, Answer):
        return order
    if order.status not in CANCELLABLE:
        return _too_late(order.number, order.status, (order,))
    text = (
        f"Cancelar o pedido {which.titled(order)}? Ele {state_of(order.status)}. Não dá para desfazer depois.\n\n"
        "Responda *sim* para cancelar."
    )
    return confirm(text, cancel_order, order_id=order.order_id)


async def done(ask: Ask, use: Permitted, result: Cancelled | Refused) -> Answer:
    """That it is cancelled, or what kept it from being."""
    if isinstance(result, Cancelled):
        text = f"Pedido *{result.number}* cancelado. ✅ Se ele já estava pago, me pergunte pelo *reembolso*."
        return reply(text, orders=(result.number,), seen={"cancelled": result.number})
    problem = result.problems[0]
    if problem.reason == "order_state":
        number = str(ask.slots.get("order_number") or "")
        return _too_late(number if number.isdigit() else "", problem.state or "", ())
    return reply(f"{told(result.problems)}\n\n{_PERSON}", offers_person=True)


def _too_late(number: str, status: str, known: tuple[Order, ...]) -> Answer:
    name = f"O pedido *{number}*" if number else "O pedido"
    orders = tuple(order.number for order in known) or None
    if status == "cancelled":
        return reply(f"{name} já está cancelado. Não precisa fazer nada.", orders=orders)
    why = f"{name} {state_of(status)}, então não dá mais para cancelar por aqui."
    parts = [why, _INSTEAD.get(status, ""), _PERSON]
    return reply(" ".join(filter(None, parts)), outcome="refused", orders=orders, offers_person=True)


async def kept(ask: Ask, use: Permitted) -> Answer:
    """After a no."""
    return reply("Certo, o pedido continua como está.")


FLOW = Flow(
    name="order_cancel",
    serves=("order_cancel",),
    title="o cancelamento",
    specialist="sales",
    slots=(which.ORDER,),
    tools=which.TOOLS,
    writes=(Write(cancel_order),),
    run=run,
    done=done,
    declined=kept,
)
