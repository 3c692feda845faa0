"""Changes a placed order, as far as its state allows: quantities, a line more or less, where it goes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agents.flows.flow import Answer, Ask, Flow, Write, question, reply
from agents.ordering import cart, changing, choosing, resolving, summary, which
from agents.ordering.amended import STARTS_AGAIN, shown
from agents.ordering.cart import CartLine
from agents.ordering.problems import state_of, told
from agents.ordering.resolving import Resolved
from agents.tools import catalogue, ordering
from agents.tools.orders import find_orders
from agents.tools.permitted import Permitted
from agents.wording import money
from store.amending import Changed
from store.amendment import CHANGEABLE
from store.orders import Line, Order
from store.outcomes import Refused
from store.pricing import Wanted

_PERSON = "Se quiser, chamo uma pessoa da equipe: responda *sim*."


async def run(ask: Ask, use: Permitted) -> Answer:
    """Asks for which order and what, else shows what it would become."""
    wishes = [*changing.load(ask.slots.get("wishes")), *changing.wishes(ask)]
    moves = bool(ask.slots.get("moves")) or (not wishes and changing.moves(ask.text))
    said = {"wishes": changing.dump(wishes), "moves": moves, "product": [], "quantity": []}
    ask = replace(ask, slots={**ask.slots, **said})
    order = await which.one(ask, use, to="alterar", able=CHANGEABLE)
    if isinstance(order, Answer):
        return order
    if order.status not in CHANGEABLE:
        return _too_late(order)
    ask = replace(ask, slots={**ask.slots, "order_number": order.number, "wishes": []})
    lines = await use(ordering.order_lines, [order.order_id])
    if moves:
        return await _where(ask, use, order)
    kept = cart.load(ask.slots)
    wanted, unclear = changing.revised(kept, wishes, lines) if kept else changing.applied(wishes, lines)
    if not wanted:
        return _what(ask, order, lines, unclear)
    found = await resolving.resolve(ask, use, wanted, supplier=order.supplier_id)
    if found.asks is not None:
        return found.asks
    return await _changed(ask, use, order, lines, replace(found, told=[*unclear, *found.told]))


async def choose(ask: Ask, use: Permitted) -> Answer:
    """After "which one?"."""
    lines, understood = await resolving.choose(ask, use, cart.load(ask.slots))
    if not understood and (found := cart.recounted(lines, ask)) is not None:
        lines, _ = found
    return await run(replace(ask, slots=cart.kept_slots(ask, lines)), use)


async def count(ask: Ask, use: Permitted) -> Answer:
    """After "how many?"."""
    lines = cart.merged(cart.load(ask.slots), replace(ask, slots={**ask.slots, "product": []}))
    return await run(replace(ask, slots=cart.kept_slots(ask, lines)), use)


async def place(ask: Ask, use: Permitted) -> Answer:
    """After "where to?"."""
    places = await use(ordering.addresses)
    chosen = choosing.place(ask.text, places)
    if chosen is None:
        return await run(ask, use)
    [order, *_] = await use(find_orders, ask.slots["order_number"])
    found = await use(ordering.amendment, order.order_id, address_id=chosen.address_id)
    return shown(ask, order, found, (), [f"Entrega em: {summary.place(chosen)}"], address_id=chosen.address_id)


async def done(ask: Ask, use: Permitted, result: Changed | Refused) -> Answer:
    """The order as it is now, or what kept it from being changed, with what it would cost now."""
    if isinstance(result, Changed):
        number, before, after = result.order.number, money(result.before_total), money(result.order.total)
        text = f"Pedido *{number}* alterado. ✅ O total passou de {before} para *{after}*."
        return reply(text, orders=(number,), seen={"changed": number})
    if result.reason == "order_state":
        return reply(f"{told(result.problems)} Não consegui mais alterar. {_PERSON}", offers_person=True)
    again = await run(replace(ask, text=""), use)
    return replace(again, text=f"Não alterei ainda, porque algo mudou:\n{told(result.problems)}\n\n{again.text}")


async def _changed(ask: Ask, use: Permitted, order: Order, lines: Sequence[Line], found: Resolved) -> Answer:
    said = found.told
    ask = replace(ask, slots=cart.kept_slots(ask, found.lines))
    if (lacking := next((line for line in found.lines if line.quantity is None), None)) is not None:
        text = "\n\n".join([*said, f"Quantas unidades de *{lacking.name}*?"])
        return question(text, step="count", slot="quantity", slots=ask.slots)
    offers = {line.product_id: line.offer_id for line in lines if line.offer_id is not None}
    for offer in await use(catalogue.offers, [line.product_id for line in found.lines if line.product_id]):
        if offer.supplier_id == order.supplier_id:
            offers.setdefault(offer.product_id, offer.offer_id)
    asked = [Wanted(offers[each.product_id], each.quantity or 0) for each in found.lines if each.product_id in offers]
    said += [
        f"*{each.name}* não é vendido por {order.supplier}." for each in found.lines if each.product_id not in offers
    ]
    if not asked:
        return _what(ask, order, lines, said)
    before = {line.product_id: line.quantity for line in lines}
    steps = [_step(each, before.get(each.product_id or 0, 0)) for each in found.lines if each.product_id in offers]
    result = await use(ordering.amendment, order.order_id, asked)
    return shown(ask, order, result, asked, [*said, *steps])


def _step(line: CartLine, before: int) -> str:
    after = line.quantity or 0
    if not after:
        return f"• *{line.name}*: sai do pedido (eram {before})"
    return f"• *{line.name}*: " + (f"de {before} para {after}" if before else f"entra com {after}")


def _what(ask: Ask, order: Order, lines: Sequence[Line], said: Sequence[str]) -> Answer:
    items = [f"• {line.quantity} × {line.name} {line.presentation}" for line in lines]
    lead = said or ["O que você quer mudar?"]
    text = "\n".join(
        [*lead, f"O pedido {which.titled(order)} tem:", *items, "Por exemplo: *muda a losartana para 20*."]
    )
    return question(text, step="again", slots={**ask.slots, **STARTS_AGAIN}, orders=(order.number,))


async def _where(ask: Ask, use: Permitted, order: Order) -> Answer:
    places = await use(ordering.addresses)
    if len(places) < 2:
        text = f"Sua farmácia não tem outro endereço de entrega cadastrado. {_PERSON}"
        return reply(text, orders=(order.number,), offers_person=True)
    lines = [f"*{at}.* {summary.place(each)}" for at, each in enumerate(places, start=1)]
    text = "\n".join([f"Para qual endereço vai o pedido *{order.number}*? Responda o número.", *lines])
    return question(text, step="place", slots={**ask.slots, "moves": True})


def _too_late(order: Order) -> Answer:
    instead = " Ainda dá para *cancelar* e pedir de novo." if order.status == "picking" else ""
    text = f"O pedido *{order.number}* {state_of(order.status)}, então não dá mais para alterar.{instead} {_PERSON}"
    return reply(text, outcome="refused", orders=(order.number,), offers_person=True)


_STEPS: dict[str, Any] = {"choose": choose, "count": count, "place": place}
FLOW = Flow(
    name="order_change",
    serves=("order_change",),
    title="a alteração do pedido",
    specialist="sales",
    slots=(which.ORDER, cart.ITEMS, cart.HOW_MANY),
    tools=(
        *which.TOOLS,
        catalogue.find_products,
        catalogue.products,
        catalogue.offers,
        ordering.order_lines,
        ordering.addresses,
        ordering.amendment,
    ),
    writes=(Write(ordering.change_order),),
    run=run,
    steps=_STEPS,
    done=done,
)
