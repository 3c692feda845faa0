"""The smallest order and the freight of the suppliers that deliver to the pharmacy, or of those that have a product."""

from collections.abc import Sequence

from agents.flows.flow import Answer, Ask, Flow, reply
from agents.flows.slots import PRODUCTS
from agents.ordering import choosing
from agents.ordering.home import home
from agents.tools import catalogue, ordering, terms
from agents.tools.permitted import Permitted
from agents.wording import money
from store.availability import Offer
from store.terms import DeliveryArea, SupplierTerms

_MOST = 6


async def run(ask: Ask, use: Permitted) -> Answer:
    """One line a supplier, those without a minimum first; and the smallest quantity of what is named."""
    state, city = await home(ask, use)
    offers = await _offers(ask, use)
    suppliers = sorted({offer.supplier_id for offer in offers}) or None
    areas = await use(terms.delivery_areas, state, city, suppliers)
    if not areas:
        return reply(
            f"Não encontrei fornecedor que entregue em {city or state}. "
            "Quer que eu chame uma pessoa da equipe? Responda *sim*.",
            offers_person=True,
        )
    rules = {each.supplier_id: each for each in await use(terms.supplier_terms, [area.supplier_id for area in areas])}
    ordered = sorted(areas, key=lambda area: (rules[area.supplier_id].minimum_order or 0, area.freight))
    place = f"{city}/{state}" if city else state
    lines = [f"Pedido mínimo e frete para {place} (valores em produtos, por fornecedor):"]
    lines += [_line(area, rules[area.supplier_id]) for area in ordered[:_MOST]]
    if len(ordered) > _MOST:
        lines.append(f"… e mais {len(ordered) - _MOST}. Diga o produto que eu mostro só quem vende.")
    lines += _quantities(offers, {area.supplier_id for area in areas})
    return reply("\n".join(lines))


async def _offers(ask: Ask, use: Permitted) -> Sequence[Offer]:
    names = ask.slots.get("product", [])[:1]
    if not names:
        return []
    found = await use(catalogue.find_products, names[0])
    products = choosing.narrowed(names[0], found.exact)
    return await use(catalogue.offers, [product.product_id for product in products]) if products else []


def _line(area: DeliveryArea, rules: SupplierTerms) -> str:
    least = f"mínimo {money(rules.minimum_order)}" if rules.minimum_order else "sem mínimo"
    freight = f"frete {money(area.freight)}" if area.freight else "frete grátis"
    if area.freight and area.free_freight_from is not None:
        freight += f", grátis a partir de {money(area.free_freight_from)}"
    return f"• *{area.supplier}*: {least}; {freight}"


def _quantities(offers: Sequence[Offer], near: set[int]) -> list[str]:
    least = [offer for offer in offers if offer.supplier_id in near and offer.minimum_quantity > 1]
    return [
        f"*{offer.name}* {offer.presentation}: a partir de {offer.minimum_quantity} com {offer.supplier}"
        for offer in least[:3]
    ]


FLOW = Flow(
    name="minimum_order",
    serves=("minimum_order",),
    title="o pedido mínimo",
    specialist="sales",
    slots=(PRODUCTS,),
    tools=(
        catalogue.find_products,
        catalogue.offers,
        ordering.addresses,
        terms.delivery_areas,
        terms.supplier_terms,
    ),
    run=run,
)
