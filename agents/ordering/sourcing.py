"""From whom each line of a cart is bought: offers that can deliver it, priced for its quantity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agents import policy
from agents.ordering import plan
from agents.ordering.cart import CartLine
from agents.tools import catalogue, ordering, terms
from agents.tools.permitted import Permitted
from agents.wording import count
from store.availability import Offer
from store.pricing import Quote, Wanted
from store.terms import DeliveryArea

TOOLS = (
    catalogue.offers,
    terms.quotes,
    terms.delivery_areas,
    terms.supplier_terms,
    terms.payment_terms,
    ordering.addresses,
    ordering.basket,
)
_MOST_OFFERS = 6


@dataclass(frozen=True, slots=True)
class Sourced:
    """The lines that can be bought and the offers chosen for them, in the lines' order.

    ``told`` says what became of lines that are left out; ``lacking`` is a line whose quantity nobody delivers, with
    why: then nothing was chosen.
    """

    lines: list[CartLine]
    wanted: list[Wanted]
    told: list[str]
    lacking: tuple[CartLine, str] | None = None


async def source(use: Permitted, lines: Sequence[CartLine], *, state: str, city: str | None) -> Sourced:
    """Chooses for lines that all have a product and a quantity."""
    ids = [line.product_id for line in lines if line.product_id is not None]
    quotable, above = policy.quotable(await use(catalogue.offers, ids))
    found = await use(terms.delivery_areas, state, city, sorted({offer.supplier_id for offer in quotable}))
    areas = {area.supplier_id: area for area in found}
    kept: list[CartLine] = []
    able: list[list[Offer]] = []
    told: list[str] = []
    for line in lines:
        offers = [offer for offer in quotable if offer.product_id == line.product_id]
        dear = any(offer.product_id == line.product_id for offer in above)
        if why := _never(line, offers, areas, dear):
            told.append(why)
            continue
        near = [offer for offer in offers if offer.supplier_id in areas and offer.can_be_ordered]
        enough = [offer for offer in near if offer.minimum_quantity <= (line.quantity or 0) <= offer.available]
        if not enough:
            return Sourced(list(lines), [], told, (line, _not_so_many(line, near)))
        kept.append(line)
        able.append(enough[:_MOST_OFFERS])
    if not kept:
        return Sourced([], [], told)
    asked = [
        Wanted(offer.offer_id, line.quantity or 0) for line, each in zip(kept, able, strict=True) for offer in each
    ]
    quotes = await use(terms.quotes, asked)
    rules = {each.supplier_id: each for each in await use(terms.supplier_terms, sorted(areas))}
    chosen = plan.best(_options(kept, quotes), rules, areas)
    return Sourced(kept, [Wanted(quote.offer_id, quote.quantity) for quote in chosen], told)


def together(lines: Sequence[CartLine]) -> list[CartLine]:
    """The lines with those of one product as one."""
    by_product: dict[int | None, CartLine] = {}
    for line in lines:
        before = by_product.get(line.product_id)
        by_product[line.product_id] = (
            line if before is None else replace(before, quantity=(before.quantity or 0) + (line.quantity or 0))
        )
    return list(by_product.values())


def _options(lines: Sequence[CartLine], quotes: Sequence[Quote]) -> list[list[Quote]]:
    return [[quote for quote in quotes if quote.product_id == line.product_id] for line in lines]


def _never(line: CartLine, offers: Sequence[Offer], areas: Mapping[int, DeliveryArea], dear: bool) -> str | None:
    """Why no quantity of the line can be bought; ``None`` when some can."""
    name = f"*{line.name}*"
    if not offers:
        return f"{name}: " + ("o preço está em conferência." if dear else "nenhum fornecedor oferece no momento.")
    if not any(offer.can_be_ordered for offer in offers):
        return f"{name}: *em falta* com todos os fornecedores. Se quiser, procuro um *substituto*."
    if not any(offer.supplier_id in areas and offer.can_be_ordered for offer in offers):
        return f"{name}: quem tem em estoque não entrega no seu endereço."
    return None


def _not_so_many(line: CartLine, near: Sequence[Offer]) -> str:
    wanted, name = line.quantity or 0, f"*{line.name}*"
    least = min(near, key=lambda offer: offer.minimum_quantity)
    if wanted < least.minimum_quantity:
        return (
            f"{name} é vendido a partir de {count(least.minimum_quantity, 'unidade', 'unidades')} ({least.supplier})."
        )
    most = max(near, key=lambda offer: offer.available)
    return (
        f"Ninguém tem {count(wanted, 'unidade', 'unidades')} de {name} de uma vez: o máximo agora é "
        f"{most.available} ({most.supplier})."
    )
