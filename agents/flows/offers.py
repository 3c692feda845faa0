"""What both flows on products share: which products are meant, what may be said of their offers, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from agents import policy
from agents.flows.flow import Answer, Ask, Escalate, question
from agents.flows.slots import PRODUCTS
from agents.matching import Found
from agents.tools import catalogue
from agents.tools.permitted import Permitted
from agents.wording import count, listed, money
from store.availability import Offer, Product

MOST_NAMES = 3
MOST_PRODUCTS = 4
MOST_OFFERS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A product and its offers that may be quoted, cheapest first."""

    product: Product
    offers: Sequence[Offer]

    @property
    def in_stock(self) -> Sequence[Offer]:
        return [offer for offer in self.offers if offer.can_be_ordered]


async def answer(ask: Ask, use: Permitted, *, covers: str) -> Answer:
    """Tells stock and price together, which covers both flows; asks which product when none is known."""
    names = ask.slots.get("product", [])[:MOST_NAMES]
    if names:
        found = {name: await use(catalogue.find_products, name) for name in names}
    elif ask.memory.products:
        found = {"": Found(tuple(await use(catalogue.products, ask.memory.products)))}
    else:
        return question(PRODUCTS.question, slot=PRODUCTS.name, answered=(covers,))
    ids = [product.product_id for each in found.values() for product in (*each.exact, *each.near)]
    quotable, above = policy.quotable(await use(catalogue.offers, ids))
    lines = _lines(found, quotable)
    parts = [_part(name, found[name], lines[name], ask) for name in found]
    shown = tuple(line.product.product_id for each in lines.values() for line in each[:MOST_PRODUCTS])
    escalate = None
    if above and not any(line.offers for each in lines.values() for line in each):
        parts = [
            "O preço deste produto precisa ser conferido por uma pessoa da equipe antes de eu informar. Já avisei."
        ]
        escalate = Escalate("not_allowed", "high")
    return Answer(
        "\n\n".join(parts),
        "escalated" if escalate else "replied",
        products=shown or None,
        seen={"refused_offers": [offer.offer_id for offer in above]},
        escalate=escalate,
        answered=(covers,),
    )


def _lines(found: Mapping[str, Found], offers: Sequence[Offer]) -> dict[str, list[Line]]:
    """For each name its products: those in stock first, each group in the order of the search."""
    by_product: dict[int, list[Offer]] = {}
    for product_id, group in groupby(offers, key=lambda offer: offer.product_id):
        by_product.setdefault(product_id, []).extend(group)
    lines = {}
    for name, each in found.items():
        made = [Line(product, by_product.get(product.product_id, [])) for product in each.exact or each.near]
        lines[name] = sorted(made, key=lambda line: (not line.in_stock, not line.offers))
    return lines


def _part(name: str, found: Found, lines: Sequence[Line], ask: Ask) -> str:
    if not lines:
        return f"Não encontrei “{name}” no catálogo. Pode conferir o nome e a dose?"
    offered = [line for line in lines if line.offers]
    if found.near and not found.exact:
        lead = f"Não encontrei “{name}” exatamente assim. O que mais se aproxima:"
        return "\n".join([lead, *(_short(line) for line in (offered or lines)[:MOST_PRODUCTS])])
    if not offered:
        return f"{_title(lines[0].product)}: nenhum fornecedor oferece no momento."
    stocked = [line for line in offered if line.in_stock]
    if not stocked:
        return f"{_title(offered[0].product)}: *em falta* no momento com todos os fornecedores."
    if len(stocked) == 1:
        return _full(stocked[0], ask)
    rest = len(stocked) - MOST_PRODUCTS
    lead = f"Encontrei {count(len(stocked), 'opção', 'opções')} de “{name}” em estoque:" if name else "Em estoque:"
    more = [f"… e mais {rest}. Diga a apresentação ou o laboratório que eu mostro a certa."] if rest > 0 else []
    return "\n".join([lead, *(_short(line) for line in stocked[:MOST_PRODUCTS]), *more])


def _title(product: Product) -> str:
    return f"*{product.name}* {product.presentation} ({product.manufacturer})"


def _short(line: Line) -> str:
    if not line.in_stock:
        return f"• {_title(line.product)}: {'em falta' if line.offers else 'sem oferta'}"
    best = line.in_stock[0]
    return f"• {_title(line.product)}: {money(best.price)} a unidade, {_stock(best)}, com {best.supplier}"


def _full(line: Line, ask: Ask) -> str:
    told = [f"• {money(offer.price)} a unidade com {offer.supplier}: {_stock(offer)}" for offer in line.in_stock]
    notice = policy.stripe_notice(line.product.stripe)
    parts = [f"Tem sim! {_title(line.product)}", *told[:MOST_OFFERS], *_quantity(line, ask)]
    return "\n".join([*parts, *([notice] if notice else [])])


def _stock(offer: Offer) -> str:
    least = f", pedido mínimo {offer.minimum_quantity}" if offer.minimum_quantity > 1 else ""
    return f"{count(offer.available, 'disponível', 'disponíveis')}{least}"


def _quantity(line: Line, ask: Ask) -> list[str]:
    """What the quantity asked for comes to, when exactly one product and one quantity are spoken of."""
    quantities = ask.slots.get("quantity", [])
    if len(quantities) != 1 or len(ask.slots.get("product", [])) > 1:
        return []
    wanted = quantities[0]
    able = [offer for offer in line.in_stock if offer.minimum_quantity <= wanted <= offer.available]
    if able:
        best = able[0]
        return [f"{count(wanted, 'unidade', 'unidades')} com {best.supplier}: {money(best.price * wanted)}."]
    enough = [offer for offer in line.in_stock if offer.available >= wanted]
    if enough:
        return [f"Para {wanted}, o pedido mínimo não é atingido: {listed([_least(offer) for offer in enough[:2]])}."]
    return [f"Nenhum fornecedor tem {count(wanted, 'unidade', 'unidades')} sozinho neste momento."]


def _least(offer: Offer) -> str:
    return f"{offer.minimum_quantity} com {offer.supplier}"
