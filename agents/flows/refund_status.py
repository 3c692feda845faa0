"""Where the money or the credit of a return is."""

from decimal import Decimal

from agents.flows import which_order
from agents.flows.flow import Answer, Ask, Flow, reply
from agents.flows.slots import ORDER_NUMBERS
from agents.tools.orders import find_orders
from agents.tools.permitted import Permitted
from agents.tools.requests import returns
from agents.wording import count, day, money
from store.returns import Return

_MOST = 3
_STEPS = {
    "requested": "em análise pelo fornecedor",
    "approved": "aprovada; o crédito sai quando o produto chegar ao fornecedor",
    "rejected": "não aceita pelo fornecedor",
    "received": "o fornecedor já recebeu o produto",
    "refunded": "concluída",
}
_METHODS = {"credit": "crédito na conta", "pix": "PIX", "transfer": "transferência"}
_PERSON = "Se algo não bate, chamo uma pessoa: responda *sim*."


async def run(ask: Ask, use: Permitted) -> Answer:
    """The newest returns, of the order named when one is, each with its money."""
    orders, unknown = await which_order.spoken_of(ask, use) if ask.slots.get("order_number") else ([], None)
    if unknown is not None:
        return reply(which_order.NOT_FOUND.format(number=unknown))
    found = list(await use(returns, [order.order_id for order in orders] or None))
    if not found:
        about = f"do pedido {orders[0].number}" if orders else "da sua farmácia"
        text = f"Não encontrei devolução {about}. Quer uma pessoa para verificar? Responda *sim*."
        return reply(text, offers_person=True)
    text = "\n".join([*(_told(each) for each in found[:_MOST]), _PERSON])
    waited = sum((each.refund_amount or Decimal(0) for each in found if each.refund_status != "done"), Decimal(0))
    seen = {"returns": [each.return_id for each in found], "amount": str(waited)}
    return reply(text, seen=seen, offers_person=True)


def _told(each: Return) -> str:
    what = f"• Devolução D{each.return_id} ({each.name}, {count(each.quantity, 'unidade', 'unidades')}, "
    what += f"pedido {each.order_number}): "
    amount = f"{money(each.refund_amount)} " if each.refund_amount is not None else ""
    how = f"por {_METHODS[each.refund_method]}" if each.refund_method in _METHODS else ""
    if each.refund_status == "done" and each.refund_done_at:
        return f"{what}{amount}devolvidos {how} em {day(each.refund_done_at)}."
    if each.refund_status == "scheduled":
        when = f", previsto para {day(each.refund_expected_on)}" if each.refund_expected_on else ""
        return f"{what}{amount}a caminho {how}{when}."
    if each.refund_status == "failed":
        return f"{what}o pagamento de {amount}não passou; a equipe precisa conferir."
    return f"{what}{_STEPS.get(each.status, each.status)}."


FLOW = Flow(
    name="refund_status",
    serves=("refund_status",),
    title="o reembolso",
    slots=(ORDER_NUMBERS,),
    tools=(find_orders, returns),
    run=run,
)
