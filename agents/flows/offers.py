"""What both flows on products share: which products are meant, what may be said of their offers, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from agents import policy
from agents.flows.flow import Answer, Ask, Escalate, question
from agents.flows.slots import PRODUCTS
from agents.matching import Found
from agents.ordering.choosing import narrowed
from agents.ordering.choosing import title as _title
from agents.tools import catalogue, terms
from agents.tools.permitted import Permitted
from agents.wording import count, listed, money, percent
from store.availability import Offer, Product
from store.pricing import Quote, Tier, Wanted

MOST_NAMES = 3
MOST_PRODUCTS = 4
MOST_OFFERS = 3
MOST_TIERS = 3
TOOLS = (catalogue.find_products, catalogue.products, catalogue.offers, terms.tiers, terms.quotes)


@dataclass(frozen=True, slots=True)
class Prices:
    """What one product's offers cost by quantity: their ``tiers``, and ``quotes`` for the quantity asked for."""

    tiers: Sequence[Tier] = ()
    quotes: Sequence[Quote] = ()


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
        found = {name: _narrowed(name, await use(catalogue.find_products, name)) for name in names}
    elif ask.memory.products:
        found = {"": Found(tuple(await use(catalogue.products, ask.memory.products)))}
    else:
        return question(PRODUCTS.question, slot=PRODUCTS.name, answered=(covers,))
    ids = [product.product_id for each in found.values() for product in (*each.exact, *each.near)]
    quotable, above = policy.quotable(await use(catalogue.offers, ids))
    lines = _lines(found, quotable)
    prices = {name: await _prices(ask, use, lines[name]) for name in found}
    parts = [_part(name, found[name], lines[name], prices[name]) for name in found]
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


def _part(name: str, found: Found, lines: Sequence[Line], prices: Prices) -> str:
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
        return _full(stocked[0], prices)
    rest = len(stocked) - MOST_PRODUCTS
    lead = f"Encontrei {count(len(stocked), 'opção', 'opções')} de “{name}” em estoque:" if name else "Em estoque:"
    more = [f"… e mais {rest}. Diga a apresentação ou o laboratório que eu mostro a certa."] if rest > 0 else []
    return "\n".join([lead, *(_short(line) for line in stocked[:MOST_PRODUCTS]), *more])


def _short(line: Line) -> str:
    if not line.in_stock:
        return f"• {_title(line.product)}: {'em falta' if line.offers else 'sem oferta'}"
    best = line.in_stock[0]
    return f"• {_title(line.product)}: {money(best.price)} a unidade, {_stock(best)}, com {best.supplier}"


def _full(line: Line, prices: Prices) -> str:
    told = [f"• {money(offer.price)} a unidade com {offer.supplier}: {_stock(offer)}" for offer in line.in_stock]
    notice = policy.stripe_notice(line.product.stripe)
    parts = [f"Tem sim! {_title(line.product)}", *told[:MOST_OFFERS], *_by_quantity(line, prices)]
    return "\n".join([*parts, *([notice] if notice else [])])


def _stock(offer: Offer) -> str:
    least = f", pedido mínimo {offer.minimum_quantity}" if offer.minimum_quantity > 1 else ""
    return f"{count(offer.available, 'disponível', 'disponíveis')}{least}"


def _by_quantity(line: Line, prices: Prices) -> list[str]:
    """What the quantity asked for comes to with whom it is cheapest; without one, from how many on it costs less."""
    if not prices.quotes:
        suppliers = {offer.offer_id: offer.supplier for offer in line.in_stock}
        return [
            f"📉 A partir de {tier.minimum_quantity}: {money(tier.unit_price)} (−{percent(tier.discount)}) com "
            f"{suppliers[tier.offer_id]}{f', {tier.campaign}' if tier.campaign else ''}"
            for tier in prices.tiers[:MOST_TIERS]
        ]
    wanted = prices.quotes[0].quantity
    able = [quote for quote in prices.quotes if quote.minimum_quantity <= wanted <= quote.available]
    if able:
        best = min(able, key=lambda quote: quote.unit_price)
        each = f" ({money(best.unit_price)} cada, −{percent(best.discount)})" if best.discount else ""
        return [f"{count(wanted, 'unidade', 'unidades')} com {best.supplier}: {money(best.total)}{each}."]
    enough = [offer for offer in line.in_stock if offer.available >= wanted]
    if enough:
        return [f"Para {wanted}, o pedido mínimo não é atingido: {listed([_least(offer) for offer in enough[:2]])}."]
    return [f"Nenhum fornecedor tem {count(wanted, 'unidade', 'unidades')} sozinho neste momento."]


async def _prices(ask: Ask, use: Permitted, lines: Sequence[Line]) -> Prices:
    """Asked for when one product is told of in full; ``quotes`` when exactly one quantity is spoken of with it."""
    stocked = [line for line in lines if line.in_stock]
    if len(stocked) != 1:
        return Prices()
    ids = [offer.offer_id for offer in stocked[0].in_stock]
    quantities = ask.slots.get("quantity", [])
    if len(quantities) == 1 and len(ask.slots.get("product", [])) <= 1:
        return Prices(quotes=await use(terms.quotes, [Wanted(offer_id, quantities[0]) for offer_id in ids]))
    return Prices(tiers=await use(terms.tiers, ids[:MOST_OFFERS]))


def _narrowed(name: str, found: Found) -> Found:
    return Found(tuple(narrowed(name, found.exact)), tuple(narrowed(name, found.near)))


def _least(offer: Offer) -> str:
    return f"{offer.minimum_quantity} com {offer.supplier}"
