"""Flows that tell something of a product: which one is meant, asked when it may be several; then one part for each."""

from collections.abc import Awaitable, Callable, Sequence

from agents.flows.flow import Answer, Ask, Run, question, reply
from agents.flows.slots import PRODUCTS
from agents.ordering import choosing
from agents.tools import catalogue
from agents.tools.permitted import Permitted
from store.availability import Product

TOOLS = (catalogue.find_products, catalogue.products, catalogue.offers)
CHOOSE = "choose"
_MOST = 3

Tell = Callable[[Ask, Permitted, Product], Awaitable[str]]


def run(tell: Tell) -> Run:
    """The first step of a flow that says ``tell`` of each product named, else of the one just spoken of."""

    async def first(ask: Ask, use: Permitted) -> Answer:
        names: Sequence[str] = ask.slots.get("product", [])[:_MOST]
        if not names and not ask.memory.products:
            return question(PRODUCTS.question, slot=PRODUCTS.name)
        parts: list[str] = []
        known: list[int] = []
        for name in names or [""]:
            found = await _meant(ask, use, name)
            if isinstance(found, str):
                parts.append(found)
            elif isinstance(found, Product):
                parts.append(await tell(ask, use, found))
                known.append(found.product_id)
            else:
                return await _which(use, name, found, parts)
        return reply("\n\n".join(parts), products=tuple(known) or None)

    return first


def choose(tell: Tell) -> Run:
    """The step after "which one?"."""

    async def answered(ask: Ask, use: Permitted) -> Answer:
        choices = await use(catalogue.products, ask.slots.get("choices", []))
        meant = choosing.picked(ask.text, choices)
        if len(meant) == 1:
            return reply(await tell(ask, use, meant[0]), products=(meant[0].product_id,))
        if not meant and ask.slots.get("product") != ask.slots.get("asked"):
            return await run(tell)(ask, use)
        return await _which(use, "", meant or choices, [] if meant else ["Não entendi qual."])

    return answered


async def _meant(ask: Ask, use: Permitted, name: str) -> Product | Sequence[Product] | str:
    """The product, those that it may be, or that there is none."""
    if not name:
        spoken = await use(catalogue.products, ask.memory.products)
        return spoken[0] if len(spoken) == 1 else spoken
    found = await use(catalogue.find_products, name)
    candidates = choosing.narrowed(name, found.exact or found.near)
    if not candidates:
        return f"Não encontrei “{name}” no catálogo. Pode conferir o nome e a dose?"
    return candidates[0] if found.exact and len(candidates) == 1 else candidates


async def _which(use: Permitted, name: str, found: Sequence[Product], parts: Sequence[str]) -> Answer:
    shown = list(found)[: choosing.MOST_CHOICES]
    rest = len(found) - len(shown)
    lead = f"Qual destas opções é “{name}”?" if name else "Qual destas opções?"
    lines = [f"*{at}.* {choosing.title(product)}" for at, product in enumerate(shown, start=1)]
    tail = "Responda o número" + (f", ou diga a dose ou o laboratório (há mais {rest})." if rest > 0 else ".")
    ids = [product.product_id for product in found]
    return question(
        "\n".join([*parts, lead, *lines, tail]),
        step=CHOOSE,
        slots={"choices": ids, "asked": [name] if name else [], "product": [name] if name else []},
        products=tuple(product.product_id for product in shown),
    )
