"""Places an order: several products in one message, each made sure of, from whom it is cheapest, after a yes."""

import re
from dataclasses import replace

from agents.flows.flow import Answer, Ask, Flow, Write, question
from agents.ordering import buying, cart
from agents.ordering.cart import CartLine, kept_slots
from agents.tools import ordering
from agents.tools.permitted import Permitted
from runtime.text.folding import fold


async def run(ask: Ask, use: Permitted) -> Answer:
    """Takes what is named, or what was just spoken of ("quero 10 dessa"); asks when it is neither."""
    lines = cart.merged(cart.load(ask.slots), ask)
    if not lines:
        lines = _spoken_of(ask)
    if not lines:
        return question(buying.WHAT, step="add", slots=kept_slots(ask, []))
    return await buying.advance(ask, use, lines)


def _spoken_of(ask: Ask) -> list[CartLine]:
    """The product, or one of the products, of the reply before, when the words point at it or say how many."""
    quantities: list[int] = ask.slots.get("quantity", [])
    if not ask.memory.products or not (quantities or _POINTS.search(fold(ask.text))):
        return []
    line = CartLine("", quantities[0] if len(quantities) == 1 else None)
    return [replace(line, choices=ask.memory.products)]


_POINTS = re.compile(r"\b(?:d?ess[ae]s?|d?est[ae]s?|del[ae]s?|el[ae]s?|isso|dele|quero sim|pode mandar|vou querer)\b")


FLOW = Flow(
    name="order_place",
    # What is said of an order that waits for its yes ("tira a dipirona") is often understood as a change.
    serves=("order_place", "order_change"),
    title="o pedido",
    specialist="sales",
    slots=buying.SLOTS,
    tools=buying.TOOLS,
    writes=(Write(ordering.place_order),),
    run=run,
    steps={"choose": buying.choose, "add": buying.add},
    done=buying.done,
)
