"""What a product is: presentation, maker, registration, storage, shelf life; only what the catalogue says."""

from agents import policy
from agents.flows import one_product
from agents.flows.flow import Ask, Flow
from agents.flows.slots import PRODUCTS
from agents.ordering.choosing import title
from agents.tools.permitted import Permitted
from agents.wording import count
from store.availability import Product

_CATEGORIES = {
    "reference": "referência",
    "generic": "genérico",
    "similar": "similar",
    "biological": "biológico",
}
_STORAGE = {
    "room": "em temperatura ambiente (15 a 30 °C)",
    "refrigerated": "refrigerado (2 a 8 °C)",
    "frozen": "congelado",
}


async def tell(ask: Ask, use: Permitted, product: Product) -> str:
    """A short sheet; what is not known is left out, and a batch's expiry is never guessed."""
    facts = [
        ("Princípio ativo", " + ".join(product.active_ingredients)),
        ("Tipo", category(product.category)),
        ("Registro ANVISA", product.anvisa_registration),
        ("EAN", product.gtin),
        ("Guardar", _STORAGE.get(product.storage or "")),
    ]
    lines = [f"• {name}: {value}" for name, value in facts if value]
    if product.shelf_life_months:
        months = count(product.shelf_life_months, "mês", "meses")
        lines.append(f"• Validade de fábrica: {months}. A data do lote vem na nota e na embalagem.")
    if notice := policy.stripe_notice(product.stripe):
        lines.append(f"• {notice}")
    if product.status != "active":
        lines.append("• Fora de linha no catálogo.")
    return "\n".join([title(product), *lines])


def category(name: str | None) -> str:
    """``"generic"`` as ``"genérico"``; empty when it is not known."""
    return _CATEGORIES.get(name or "", "")


FLOW = Flow(
    name="product_info",
    serves=("product_info",),
    title="os dados do produto",
    specialist="sales",
    slots=(PRODUCTS,),
    tools=one_product.TOOLS,
    run=one_product.run(tell),
    steps={one_product.CHOOSE: one_product.choose(tell)},
)
