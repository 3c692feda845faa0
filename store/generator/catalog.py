"""Suppliers, what they make and what they sell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from random import Random

from runtime.text.interchange import form_and_dose
from schemas.identifiers import gtin_digit
from store.generator import names
from store.generator.companies import cnpjs
from store.generator.medicines import FORMS, MEDICINES
from store.generator.places import CITIES, WEIGHTS, City
from store.generator.sizes import Size
from store.generator.tables import Cents, Row, Seed, Table, reais
from store.generator.terms import NO_TERMS, Terms


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier as the other tables need it; manufacturers have the lowest ids."""

    id: int
    cnpj: str
    home: City
    manufacturer: bool


@dataclass(slots=True)
class Catalog:
    """Suppliers; ``offered`` holds each one's active offers (product, price, minimum) once their rows were read.

    ``minimums`` holds the smallest quantity of each offer, by place.
    """

    seed: Seed
    size: Size
    terms: Terms = field(init=False)
    suppliers: list[Supplier] = field(default_factory=list)
    offered: dict[int, list[tuple[int, Cents, int]]] = field(default_factory=dict)
    prices: list[Cents] = field(default_factory=list)
    minimums: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers, random = cnpjs(self.seed.random("suppliers' cnpj")), self.seed.random("suppliers' homes")
        for number in range(1, self.size.manufacturers + self.size.distributors + 1):
            home = random.choices(CITIES, WEIGHTS)[0]
            self.suppliers.append(Supplier(number, next(numbers), home, number <= self.size.manufacturers))
        self.terms = Terms.of(self.seed, {s.id: s.home for s in self.suppliers if not s.manufacturer})

    def tables(self) -> Iterator[Table]:
        """``suppliers``, ``products``, then ``offers``."""
        yield Table("suppliers", _SUPPLIER_COLUMNS, self._supplier_rows())
        yield Table("products", _PRODUCT_COLUMNS, self._product_rows())
        yield Table(
            "offers",
            ("id", "supplier_id", "product_id", "price", "minimum_quantity", "state", "created_at", "updated_at"),
            self._offer_rows(),
        )

    def _supplier_rows(self) -> Iterator[Row]:
        random = self.seed.random("suppliers")
        for supplier in self.suppliers:
            maker = supplier.manufacturer
            name = names.maker(supplier.id - 1) if maker else names.seller(supplier.id - self.size.manufacturers - 1)
            legal = (
                f"{name.upper()} {random.choice(('LTDA', 'S.A.', 'INDÚSTRIA E COMÉRCIO LTDA' if maker else 'LTDA'))}"
            )
            created = self.seed.now - timedelta(days=random.randrange(400, 2500), seconds=random.randrange(86_400))
            kind = "manufacturer" if maker else "distributor"
            home = supplier.home
            status = "suspended" if supplier.id > 5 and random.random() < 0.02 else "active"
            terms = self.terms.suppliers.get(supplier.id, NO_TERMS)
            yield (
                *(supplier.id, supplier.cnpj, legal, name, kind, home.name, home.state, status, created, created),
                None if terms.minimum_order is None else reais(terms.minimum_order),
                terms.cutoff_hour,
                terms.return_days,
            )

    def _product_rows(self) -> Iterator[Row]:
        random = self.seed.random("products")
        made: set[tuple[int, str, tuple[str, ...]]] = set()
        references: set[tuple[tuple[str, ...], str | None, str | None]] = set()
        facts = cache(form_and_dose)
        for product_id in range(1, self.size.products + 1):
            while True:
                maker = random.randrange(1, self.size.manufacturers + 1)
                medicine = random.choice(MEDICINES)
                form = FORMS[medicine.form]
                step, pack = random.randrange(len(medicine.strengths)), random.choice(form.packs)
                presentation = random.choice(form.wordings).format(medicine.strengths[step], pack)
                if (key := (maker, presentation, medicine.ingredients)) not in made:
                    made.add(key)
                    break
            branded = random.random() < 0.45
            stripe = "yellow" if not branded and medicine.stripe == "none" else medicine.stripe
            bulk = 0.8 if pack >= 50 else 1.0
            cents = int(medicine.cents * pack * bulk * (1 + 0.4 * step) * random.uniform(0.75, 1.35)) + 190
            self.prices.append(cents)
            created = self.seed.now - timedelta(days=random.randrange(60, 1000), seconds=random.randrange(86_400))
            shape, dose = facts(presentation, medicine.ingredients)
            kind = (medicine.ingredients, shape, dose)
            category = "biological" if medicine.form == "pen" else "generic"
            if branded and category == "generic":
                category = "similar" if kind in references else "reference"
                references.add(kind)
            yield (
                product_id,
                names.brand(random, medicine.ingredients) if branded else names.generic(medicine.ingredients),
                list(medicine.ingredients),
                presentation,
                maker,
                1,
                _gtin(product_id),
                f"1{maker:04d}{product_id:06d}{step + 1:02d}",
                stripe,
                form.storage,
                random.choice((18, 24, 24, 36)),
                "released" if medicine.released else "regulated",
                reais(cents),
                None if medicine.released else reais(cents),
                "discontinued" if random.random() < 0.01 else "active",
                created,
                created,
                category,
                shape,
                dose,
            )

    def _offer_rows(self) -> Iterator[Row]:
        random, offer_id = self.seed.random("offers"), 0
        first, last = self.size.manufacturers + 1, len(self.suppliers)
        for product_id, ceiling in enumerate(self.prices, start=1):
            for supplier_id in _sellers(random, first, last, self.size.offers_a_product):
                offer_id += 1
                price = max(1, int(ceiling * random.uniform(0.58, 0.99)))
                minimum = random.choices((1, 2, 3, 5, 10), (60, 12, 10, 10, 8))[0]
                state = random.choices(("active", "paused", "draft", "withdrawn"), (88, 6, 4, 2))[0]
                self.minimums.append(minimum)
                if state == "active":
                    self.offered.setdefault(supplier_id, []).append((product_id, price, minimum))
                created = self.seed.now - timedelta(days=random.randrange(1, 60), seconds=random.randrange(86_400))
                yield offer_id, supplier_id, product_id, reais(price), minimum, state, created, created


def _sellers(random: Random, first: int, last: int, average: int) -> list[int]:
    count = min(last - first + 1, random.randrange(1, 2 * average))
    return sorted(random.sample(range(first, last + 1), count))


def _gtin(product_id: int) -> str:
    body = f"7890{product_id:08d}"
    return body + gtin_digit(body)


_SUPPLIER_COLUMNS = (
    "id",
    "cnpj",
    "legal_name",
    "trade_name",
    "kind",
    "city",
    "state",
    "status",
    "created_at",
    "updated_at",
    "minimum_order",
    "cutoff_hour",
    "return_days",
)
_PRODUCT_COLUMNS = (
    "id",
    "name",
    "active_ingredients",
    "presentation",
    "manufacturer_id",
    "variant",
    "gtin",
    "anvisa_registration",
    "stripe",
    "storage",
    "shelf_life_months",
    "price_regime",
    "factory_price",
    "ceiling_price",
    "status",
    "created_at",
    "updated_at",
    "category",
    "form",
    "dose",
)
