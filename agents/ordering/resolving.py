"""Finds the product of each line that a person wants; asks which one when several may be meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.flows.flow import Answer, Ask, question
from agents.ordering import choosing
from agents.ordering.cart import CartLine, kept_slots
from agents.tools import catalogue
from agents.tools.permitted import Permitted
from runtime.text.folding import fold
from store.availability import Offer, Product

_MOST_CANDIDATES = 24


@dataclass(frozen=True, slots=True)
class Resolved:
    """The lines with their products, as far as known; ``told`` has what happened to the others.

    ``asks`` is the question about the first that may be several.
    """

    lines: list[CartLine]
    told: list[str]
    asks: Answer | None = None


async def resolve(ask: Ask, use: Permitted, lines: Sequence[CartLine], *, supplier: int | None = None) -> Resolved:
    """Looks up every line without a product. Lines that nobody sells or has in stock are left out, and told.

    With ``supplier`` only what that one sells counts.
    """
    kept: list[CartLine] = []
    told: list[str] = []
    for line in lines:
        if len(line.choices) == 1 and not line.words:
            kept += [_is(line, product) for product in await use(catalogue.products, line.choices)]
        elif line.product_id is None and not line.choices:
            found, words = await _look(use, line, supplier)
            told += words
            kept += found
        else:
            kept.append(line)
    waiting = next((line for line in kept if line.product_id is None), None)
    known = Resolved(kept, told)
    return known if waiting is None else replace(known, asks=await _which(ask, use, waiting, known, supplier=supplier))


async def choose(ask: Ask, use: Permitted, lines: Sequence[CartLine]) -> tuple[list[CartLine], bool]:
    """The lines after an answer to "which one?", and whether it was understood."""
    at = next((at for at, line in enumerate(lines) if line.choices), None)
    if at is None:
        return list(lines), False
    line, now = lines[at], list(lines)
    known = await use(catalogue.products, line.choices)
    ordered = sorted(known, key=lambda product: line.choices.index(product.product_id))
    meant = choosing.picked(ask.text, ordered)
    if not meant:
        return now, False
    if line.quantity is None and len(ask.entities.quantities) == 1:
        line = replace(line, quantity=ask.entities.quantities[0])
    now[at] = _is(line, meant[0]) if len(meant) == 1 else replace(line, choices=_ids(meant))
    return now, True


async def _look(use: Permitted, line: CartLine, supplier: int | None) -> tuple[list[CartLine], list[str]]:
    found = await use(catalogue.find_products, line.words)
    if not found.exact and not found.near:
        return [], [f"Não encontrei “{line.words}” no catálogo. Pode conferir o nome e a dose?"]
    exact = choosing.narrowed(line.words, found.exact)
    if len(exact) == 1 and supplier is None:
        return [_is(line, exact[0])], []
    candidates = (exact or choosing.narrowed(line.words, found.near))[:_MOST_CANDIDATES]
    stocked = choosing.options(candidates, await _offers(use, _ids(candidates), supplier))
    if not stocked:
        lead = "não está no catálogo, nem nada parecido em estoque"
        if exact:
            lead = "está *em falta* com todos" if supplier is None else "não está em estoque com este fornecedor"
        return [], [f"“{line.words}” {lead}. Se quiser, procuro um *substituto*."]
    one_kind = bool(exact) and choosing.alike(candidates)
    if one_kind and (len(stocked) == 1 or choosing.CHEAPEST.search(fold(line.words))):
        return [_is(line, stocked[0])], []
    near = [] if exact else [f"Não encontrei “{line.words}” exatamente assim."]
    return [replace(line, choices=_ids(stocked))], near


async def _which(ask: Ask, use: Permitted, line: CartLine, found: Resolved, *, supplier: int | None) -> Answer:
    offers = await _offers(use, line.choices, supplier)
    products = choosing.options(await use(catalogue.products, line.choices), offers)[: choosing.MOST_CHOICES]
    rest = len(line.choices) - len(products)
    name = f"“{line.words}”" if line.words else "o produto"
    lead = f"Qual destas opções é {name}?" if len(products) > 1 else f"Para {name} tenho esta. É essa?"
    tail = "Responda o número" + (f", ou diga a apresentação ou o laboratório (há mais {rest})." if rest > 0 else ".")
    text = "\n".join([*found.told, lead, choosing.listing(products, offers), tail])
    # What was listed keeps its numbers; what did not fit can still be named.
    shown = _ids(products)
    choices = (*shown, *(one for one in line.choices if one not in shown))
    kept = [replace(line, choices=choices) if each is line else each for each in found.lines]
    return question(text, step="choose", slots=kept_slots(ask, kept), products=shown or None)


async def _offers(use: Permitted, ids: Sequence[int], supplier: int | None) -> list[Offer]:
    found = await use(catalogue.offers, ids)
    return [offer for offer in found if supplier is None or offer.supplier_id == supplier]


def _is(line: CartLine, product: Product) -> CartLine:
    return replace(line, product_id=product.product_id, name=f"{product.name} {product.presentation}", choices=())


def _ids(products: Sequence[Product]) -> tuple[int, ...]:
    return tuple(product.product_id for product in products)
