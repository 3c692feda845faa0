"""On what terms distributors sell: smallest order, where to and for how much, and how they are paid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from store.generator.places import REGION_OF, STATE_CODES, City
from store.generator.tables import Cents, Row, Seed, Table, reais

_NATIONAL = 2
"""So many distributors, the first ones, deliver everywhere: no pharmacy is left without."""


class SupplierTerms(NamedTuple):
    """What holds for every order of a supplier."""

    minimum_order: Cents | None
    cutoff_hour: int | None
    return_days: int | None


class Area(NamedTuple):
    """How a supplier delivers to a state, or to one city of it."""

    freight: Cents
    free_from: Cents | None
    days_from: int
    days_to: int
    weekdays: str


class Payment(NamedTuple):
    """A way to pay; ``hundredths`` of a per cent are taken off."""

    method: str
    due_days: str
    hundredths: int
    minimum_order: Cents | None


NO_TERMS = SupplierTerms(None, None, None)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of each distributor by its id; ``areas`` by state, and by city where the state's do not hold."""

    seed: Seed
    suppliers: dict[int, SupplierTerms]
    areas: dict[int, dict[tuple[str, str | None], Area]]
    payments: dict[int, list[Payment]]

    @classmethod
    def of(cls, seed: Seed, homes: Mapping[int, City]) -> "Terms":
        """The terms of the distributors that sit in ``homes``."""
        random = seed.random("terms")
        terms = cls(seed, {}, {}, {})
        for place, (supplier, home) in enumerate(homes.items()):
            minimum = random.choice((None, 10_000, 15_000, 20_000, 30_000))
            terms.suppliers[supplier] = SupplierTerms(
                minimum, random.choice((12, 14, 15, 16, 18)), random.choice((7, 7, 10, 15))
            )
            areas: dict[tuple[str, str | None], Area] = {}
            for state in STATE_CODES:
                near, same = REGION_OF[state] == REGION_OF[home.state], state == home.state
                if not near and place >= _NATIONAL and random.random() < 0.4:
                    continue
                fastest = 1 if same else 2 if near else random.randrange(4, 8)
                freight = (
                    random.randrange(14, 25) if same else random.randrange(25, 40) if near else random.randrange(45, 95)
                )
                free = random.choice((300_00, 400_00)) if same else random.choice((600_00, 800_00)) if near else None
                days = "12345" if near else random.choice(("135", "24", "25", "12345"))
                areas[state, None] = Area(freight * 100 + 90, free, fastest, fastest + random.randrange(1, 5), days)
            areas[home.state, home.name] = Area(9_90, 200_00, 0, 1, "123456")
            terms.areas[supplier] = areas
            terms.payments[supplier] = [Payment("boleto", "28", 0, None)]
            if random.random() < 0.6:
                terms.payments[supplier].append(Payment("boleto", "28/35/42", 0, 1_000_00))
            if random.random() < 0.9:
                terms.payments[supplier].append(Payment("pix", "0", random.choice((100, 150, 200, 300)), None))
            if random.random() < 0.4:
                terms.payments[supplier].append(Payment("card", "30", 0, None))
        return terms

    def area(self, supplier: int, home: City) -> Area | None:
        """How the supplier delivers to the city: the city's own terms, else its state's; ``None`` where it does not."""
        areas = self.areas[supplier]
        return areas.get((home.state, home.name)) or areas.get((home.state, None))

    def tables(self, pharmacies: int) -> Iterator[Table]:
        """``delivery_areas``, then ``payment_terms``; one pharmacy in ten has agreed on terms of its own."""
        yield Table("delivery_areas", _AREA_COLUMNS, self._area_rows())
        yield Table("payment_terms", _PAYMENT_COLUMNS, self._payment_rows(pharmacies))

    def _area_rows(self) -> Iterator[Row]:
        area_id, updated = 0, self.seed.now - timedelta(days=90)
        for supplier, areas in self.areas.items():
            for (state, city), area in areas.items():
                area_id += 1
                free = None if area.free_from is None else reais(area.free_from)
                days = (area.days_from, area.days_to, area.weekdays)
                yield area_id, supplier, state, city, reais(area.freight), free, *days, updated

    def _payment_rows(self, pharmacies: int) -> Iterator[Row]:
        random, term_id, updated = self.seed.random("payment terms"), 0, self.seed.now - timedelta(days=60)
        for supplier, payments in self.payments.items():
            for payment in payments:
                term_id += 1
                minimum = None if payment.minimum_order is None else reais(payment.minimum_order)
                discount = reais(payment.hundredths)
                yield term_id, supplier, None, payment.method, payment.due_days, discount, minimum, updated
        sellers = list(self.payments)
        for pharmacy in range(1, pharmacies + 1):
            if random.random() < 0.1:
                term_id += 1
                days = random.choice(("35", "45", "28/42/56"))
                yield term_id, random.choice(sellers), pharmacy, "boleto", days, reais(0), None, updated


_AREA_COLUMNS = (
    "id",
    "supplier_id",
    "state",
    "city",
    "freight",
    "free_freight_from",
    "days_from",
    "days_to",
    "weekdays",
    "updated_at",
)
_PAYMENT_COLUMNS = (
    "id",
    "supplier_id",
    "pharmacy_id",
    "method",
    "due_days",
    "discount",
    "minimum_order",
    "updated_at",
)
