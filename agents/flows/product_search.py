"""What there is of or for something: a list to choose from, those in stock first, cheapest first."""

from agents import policy
from agents.flows.flow import Answer, Ask, Flow, question, reply
from agents.flows.slots import PRODUCTS
from agents.ordering import choosing
from agents.tools import catalogue
from agents.tools.permitted import Permitted
from agents.wording import count

_MOST_NAMES = 3
_MOST = 6


async def run(ask: Ask, use: Permitted) -> Answer:
    """A part for each name; ``near`` products are told as such."""
    names = ask.slots.get("product", [])[:_MOST_NAMES]
    if not names:
        return question("O que você procura? Mande o nome ou o princípio ativo.", slot=PRODUCTS.name)
    parts: list[str] = []
    shown: list[int] = []
    for name in names:
        text, ids = await _list(use, name)
        parts.append(text)
        shown += ids
    return reply("\n\n".join(parts), products=tuple(shown) or None)


async def _list(use: Permitted, name: str) -> tuple[str, list[int]]:
    found = await use(catalogue.find_products, name)
    products = choosing.narrowed(name, found.exact or found.near)
    if not products:
        return f"Não encontrei nada de “{name}” no catálogo. Pode conferir o nome?", []
    offers, _ = policy.quotable(await use(catalogue.offers, [product.product_id for product in products]))
    stocked = choosing.options(products, offers)
    if not stocked:
        return f"De “{name}” há {count(len(products), 'produto', 'produtos')} no catálogo, todos *em falta* agora.", []
    lead = f"De “{name}” tenho em estoque:" if found.exact else f"“{name}” exatamente não encontrei. O mais parecido:"
    rest = len(stocked) - _MOST
    more = [f"… e mais {rest}. Diga a dose, a apresentação ou o laboratório."] if rest > 0 else []
    text = "\n".join([lead, choosing.listing(stocked[:_MOST], offers), *more, "Para pedir, mande a quantidade e qual."])
    return text, [product.product_id for product in stocked[:_MOST]]


FLOW = Flow(
    name="product_search",
    serves=("product_search",),
    title="a busca",
    specialist="sales",
    slots=(PRODUCTS,),
    tools=(catalogue.find_products, catalogue.offers),
    run=run,
)
