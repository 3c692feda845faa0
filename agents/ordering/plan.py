"""From whom to buy what: the cheapest way for all lines together, with freight and minimum orders. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product

from store.pricing import Quote
from store.terms import DeliveryArea, SupplierTerms

_MOST_PLANS = 2000
_MOST_OFFERS = 4

Plan = tuple[Quote, ...]


def best(
    options: Sequence[Sequence[Quote]], terms: Mapping[int, SupplierTerms], areas: Mapping[int, DeliveryArea]
) -> Plan:
    """One quote for each line, each of which has at least one by a supplier in ``areas``.

    Of the plans that reach every supplier's minimum order the cheapest with freight; without any, of those that miss
    the fewest. All combinations of the cheapest few offers are tried, and for each supplier all that it can deliver.
    """
    ranked = [sorted(line, key=lambda quote: (quote.unit_price, quote.offer_id)) for line in options]
    return min(_plans(ranked), key=lambda plan: _cost(plan, terms, areas))


def _plans(ranked: Sequence[Sequence[Quote]]) -> Iterable[Plan]:
    most = _MOST_OFFERS
    while most > 1 and most ** len(ranked) > _MOST_PLANS:
        most -= 1
    yield from product(*(line[:most] for line in ranked))
    for supplier in sorted({quote.supplier_id for line in ranked for quote in line}):
        yield tuple(next((quote for quote in line if quote.supplier_id == supplier), line[0]) for line in ranked)


def _cost(
    plan: Plan, terms: Mapping[int, SupplierTerms], areas: Mapping[int, DeliveryArea]
) -> tuple[int, Decimal, int, tuple[int, ...]]:
    items: dict[int, Decimal] = {}
    for quote in plan:
        items[quote.supplier_id] = items.get(quote.supplier_id, Decimal(0)) + quote.total
    missed, total = 0, Decimal(0)
    for supplier, amount in items.items():
        area, rules = areas[supplier], terms.get(supplier)
        free = area.free_freight_from is not None and amount >= area.free_freight_from
        total += amount + (Decimal(0) if free else area.freight)
        missed += rules is not None and rules.minimum_order is not None and amount < rules.minimum_order
    return missed, total, len(items), tuple(quote.offer_id for quote in plan)
