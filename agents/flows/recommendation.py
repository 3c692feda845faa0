"""What to buy: what this pharmacy buys again and again and should be running out of. Anything else is a person's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents import policy
from agents.flows.flow import Answer, Ask, Flow, reply
from agents.tools import catalogue, ordering
from agents.tools.permitted import Permitted
from agents.wording import count, day, money
from store.availability import Offer
from store.orders import Line, Order

_LOOK_BACK = 40
_MOST = 5
_PERSON = (
    "Para uma sugestão além do seu histórico, um consultor de vendas ajuda melhor. Quer que eu chame? Responda *sim*."
)


@dataclass(frozen=True, slots=True)
class Due:
    """A product bought at least twice, whose usual pause between two orders is over."""

    product_id: int
    name: str
    quantity: int
    last: datetime
    every: timedelta


async def run(ask: Ask, use: Permitted) -> Answer:
    """Names what is due, longest overdue first, with today's price."""
    orders = [order for order in await use(ordering.last_orders, _LOOK_BACK) if order.status != "cancelled"]
    lines = await use(ordering.order_lines, [order.order_id for order in orders]) if orders else []
    repeated = due(orders, lines, now=ask.now)
    known = await use(catalogue.products, [one.product_id for one in repeated]) if repeated else []
    offered = {product.product_id for product in known if policy.may_be_offered(product.stripe)}
    found = [one for one in repeated if one.product_id in offered][:_MOST]
    if not found:
        lead = "Pelo seu histórico, não vejo nada que você compra sempre e esteja na hora de repor."
        return reply(f"{lead} {_PERSON}", offers_person=True)
    offers, _ = policy.quotable(await use(catalogue.offers, [one.product_id for one in found]))
    best: dict[int, Offer] = {}
    for offer in offers:
        if offer.can_be_ordered:
            best.setdefault(offer.product_id, offer)
    text = "\n".join(
        [
            "Pelo seu histórico, está na hora de repor:",
            *(_line(one, best) for one in found),
            f"Para pedir, mande a quantidade e o produto. {_PERSON}",
        ]
    )
    return reply(text, products=tuple(one.product_id for one in found), offers_person=True)


def due(orders: Sequence[Order], lines: Sequence[Line], *, now: datetime) -> list[Due]:
    """What was bought at least twice and not for longer than the mean pause between two of its orders."""
    placed = {order.order_id: order.placed_at for order in orders}
    bought: dict[int, list[Line]] = {}
    for line in lines:
        bought.setdefault(line.product_id, []).append(line)
    found = []
    for product_id, each in bought.items():
        times = sorted({placed[line.order_id] for line in each})
        if len(times) < 2:
            continue
        every = (times[-1] - times[0]) / (len(times) - 1)
        if now - times[-1] >= every:
            newest = max(each, key=lambda line: placed[line.order_id])
            name = f"{newest.name} {newest.presentation}"
            found.append(Due(product_id, name, newest.quantity, times[-1], every))
    return sorted(found, key=lambda one: (now - one.last) / max(one.every, timedelta(hours=1)), reverse=True)


def _line(one: Due, best: Mapping[int, Offer]) -> str:
    often = count(max(1, round(one.every / timedelta(days=1))), "dia", "dias")
    line = f"• *{one.name}*: você compra a cada {often}, a última vez em {day(one.last)} ({one.quantity})"
    offer = best.get(one.product_id)
    return line + (f". Hoje {money(offer.price)} com {offer.supplier}" if offer else ". *Em falta* agora")


FLOW = Flow(
    name="recommendation",
    serves=("recommendation",),
    title="a sugestão",
    specialist="sales",
    tools=(ordering.last_orders, ordering.order_lines, catalogue.products, catalogue.offers),
    run=run,
)
