"""Is it cheaper elsewhere: our price beside the official ceiling and the price named; nothing else is known."""

from decimal import Decimal

from agents import policy
from agents.flows import one_product
from agents.flows.flow import Ask, Flow, Slot
from agents.flows.slots import PRODUCTS
from agents.ordering.choosing import title
from agents.tools import catalogue
from agents.tools.permitted import Permitted
from agents.wording import money, percent
from store.availability import Product

PRICES = Slot(
    name="price",
    question="Qual preço você viu?",
    read=lambda entities, text: [f"{price:.2f}" for price in entities.prices],
    required=False,
    many=True,
)
_UNKNOWN = "Não tenho os preços de outros vendedores, então só comparo com o que está aqui."


async def tell(ask: Ask, use: Permitted, product: Product) -> str:
    """Our lowest price that can be bought, how far it is below the ceiling, and from the price named."""
    offers, _ = policy.quotable(await use(catalogue.offers, [product.product_id]))
    stocked = [offer for offer in offers if offer.can_be_ordered]
    ceiling = product.ceiling_price
    lines = [title(product)]
    if stocked:
        best = min(stocked, key=lambda offer: offer.price)
        lines.append(f"• Nosso menor preço: *{money(best.price)}* a unidade, com {best.supplier}")
        if ceiling is not None:
            below = ((ceiling - best.price) / ceiling * 100).quantize(Decimal(1))
            lines.append(f"• Preço máximo oficial: {money(ceiling)} (o nosso está {percent(below)} abaixo)")
        lines += [_beside(best.price, Decimal(price)) for price in ask.slots.get("price", [])[:1]]
    else:
        lines.append("• *Em falta* com todos os fornecedores no momento")
        lines += [f"• Preço máximo oficial: {money(ceiling)}"] if ceiling is not None else []
    if ceiling is None:
        lines.append("• Produto liberado: não tem preço máximo oficial")
    return "\n".join([*lines, _UNKNOWN])


def _beside(ours: Decimal, named: Decimal) -> str:
    if ours == named:
        return f"• Você citou {money(named)}: é o mesmo preço"
    side = "abaixo" if ours < named else "acima"
    return f"• Você citou {money(named)}: o nosso está {money(abs(named - ours))} {side} (confira se é a mesma caixa)"


FLOW = Flow(
    name="price_compare",
    serves=("price_compare",),
    title="a comparação de preço",
    specialist="sales",
    slots=(PRODUCTS, PRICES),
    tools=one_product.TOOLS,
    run=one_product.run(tell),
    steps={one_product.CHOOSE: one_product.choose(tell)},
)
