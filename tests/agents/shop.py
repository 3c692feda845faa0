"""A market in memory that prices and refuses as the store does, for flows that buy, change and cancel."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from agents.matching import Found, match
from agents.tools.desk import ToolUnavailable
from runtime.text.folding import tokens
from store.addresses import Address
from store.amending import Cancelled, Changed
from store.amendment import Amendment
from store.availability import Offer, Product
from store.basket import Basket, Payment, credit_problems
from store.credit import Credit
from store.orders import Line, Order
from store.outcomes import Problem, Refused, refused
from store.placing import OrderLine, Placed, PlacedOrder
from store.pricing import Promotion, Quote, Tier, Wanted
from store.substitutes import Substitute
from store.supplier_orders import assemble, line_problems, price_problem
from store.terms import City, DeliveryArea, PaymentTerm, SupplierTerms
from tests.agents.conftest import make_offer, make_order, make_product, make_quote

HOME = Address(1, "Loja", "Rua A", "10", None, "Centro", "Fortaleza", "CE", "60000000", preferred=True)
BRANCH = Address(2, "Filial", "Av. B", "20", None, "Aldeota", "Fortaleza", "CE", "60000001", preferred=False)


@dataclass
class Shop:
    """Two suppliers by default: Sol (1) and Lua (2). A test changes what it needs."""

    known_products: list[Product] = field(default_factory=list)
    known_offers: list[Offer] = field(default_factory=list)
    known_orders: list[Order] = field(default_factory=list)
    known_lines: list[Line] = field(default_factory=list)
    known_tiers: list[Tier] = field(default_factory=list)
    rules: dict[int, SupplierTerms] = field(default_factory=dict)
    areas: dict[int, DeliveryArea] = field(default_factory=dict)
    ways: list[PaymentTerm] = field(default_factory=list)
    limit: Credit | None = None
    places: list[Address] = field(default_factory=lambda: [HOME])
    placed: list[tuple[list[OrderLine], Decimal, Payment | None]] = field(default_factory=list)
    changed: list[tuple[int, list[OrderLine], Decimal, int | None]] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    campaigns: list[Promotion] = field(default_factory=list)
    others: list[Substitute] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    away: bool = False

    def find_products(self, words: str) -> Found:
        self._answer()
        asked = [word for word in tokens(words) if word.isalpha() and len(word) > 3]
        hits = [one for one in self.known_products if any(word[:6] in " ".join(tokens(one.name)) for word in asked)]
        return match(words, [(product, 1.0) for product in hits])

    def products(self, ids: Sequence[int]) -> Sequence[Product]:
        return [product for wanted in ids for product in self.known_products if product.product_id == wanted]

    def offers(self, ids: Sequence[int]) -> Sequence[Offer]:
        self._answer()
        found = [offer for wanted in ids for offer in self.known_offers if offer.product_id == wanted]
        return sorted(found, key=lambda offer: (list(ids).index(offer.product_id), offer.price))

    def tiers(self, offer_ids: Sequence[int]) -> Sequence[Tier]:
        return [tier for wanted in offer_ids for tier in self.known_tiers if tier.offer_id == wanted]

    def quotes(self, wanted: Sequence[Wanted]) -> Sequence[Quote]:
        return [self.quote(line) for line in wanted]

    def quote(self, line: Wanted) -> Quote:
        [offer] = [one for one in self.known_offers if one.offer_id == line.offer_id]
        holding = [one for one in self.known_tiers if one.offer_id == line.offer_id]
        best = max((one for one in holding if one.minimum_quantity <= line.quantity), key=_discount, default=None)
        return make_quote(offer, line.quantity, best)

    def supplier_terms(self, supplier_ids: Sequence[int]) -> Sequence[SupplierTerms]:
        return [self.rules[supplier] for supplier in supplier_ids if supplier in self.rules]

    def delivery_areas(
        self, state: str, city: str | None = None, supplier_ids: Sequence[int] | None = None
    ) -> Sequence[DeliveryArea]:
        self._answer()
        return [
            area
            for supplier, area in self.areas.items()
            if area.state == state and (supplier_ids is None or supplier in supplier_ids)
        ]

    def cities(self) -> Sequence[City]:
        return [City("Fortaleza", "CE"), City("Feira de Santana", "BA"), City("Santa Maria", "RS")]

    def payment_terms(self, supplier_ids: Sequence[int] | None = None) -> Sequence[PaymentTerm]:
        return [way for way in self.ways if supplier_ids is None or way.supplier_id in supplier_ids]

    def addresses(self) -> Sequence[Address]:
        return self.places

    def basket(self, wanted: Sequence[Wanted], address_id: int | None = None, payment: Payment | None = None) -> Basket:
        self._answer()
        quotes = [self.quote(line) for line in wanted]
        problems = [*self.problems, *(one for quote in quotes for one in line_problems(quote, quote.available))]
        orders = []
        for supplier in dict.fromkeys(quote.supplier_id for quote in quotes):
            lines = [quote for quote in quotes if quote.supplier_id == supplier]
            ways = [way for way in self.ways if way.supplier_id == supplier]
            order, found = assemble(lines, self.rules[supplier], self.areas.get(supplier), ways, payment)
            orders.append(order)
            problems += found
        owed = sum((order.total for order in orders if order.on_credit), Decimal(0))
        return Basket(tuple(orders), (*problems, *credit_problems(self.limit, owed)), self.places[0])

    def place_order(
        self,
        lines: Sequence[OrderLine],
        total: Decimal,
        address_id: int | None = None,
        payment: Payment | None = None,
    ) -> Placed | Refused:
        self._answer()
        found = self.basket([Wanted(line.offer_id, line.quantity) for line in lines], address_id, payment)
        problems = list(found.problems)
        for line in lines:
            problems += price_problem(self.quote(Wanted(line.offer_id, line.quantity)), line.unit_price)
        if not problems and found.total != total:
            problems.append(Problem(reason="price_changed", wanted=total, allowed=found.total))
        if problems:
            return Refused(tuple(problems))
        self.placed.append((list(lines), total, payment))
        return Placed(
            tuple(
                PlacedOrder(
                    order_id=at,
                    number=f"1000900{at}",
                    supplier_id=order.supplier_id,
                    supplier=order.supplier,
                    status="placed",
                    items=len(order.lines),
                    items_total=order.items_total,
                    discount=order.discount,
                    freight=order.freight,
                    total=order.total,
                )
                for at, order in enumerate(found.orders, start=1)
            )
        )

    def find_orders(self, number: str) -> Sequence[Order]:
        self._answer()
        return [order for order in self.known_orders if order.number.endswith(number)]

    def open_orders(self) -> Sequence[Order]:
        over = ("delivered", "cancelled", "returned")
        return [order for order in self.known_orders if order.status not in over] or self.known_orders[:1]

    def last_orders(self, limit: int = 5) -> Sequence[Order]:
        self._answer()
        return self.known_orders[:limit]

    def order_lines(self, order_ids: Sequence[int]) -> Sequence[Line]:
        return [line for wanted in order_ids for line in self.known_lines if line.order_id == wanted]

    def amendment(
        self, order_id: int, wanted: Sequence[Wanted] = (), address_id: int | None = None
    ) -> Amendment | Refused:
        self._answer()
        order = next((one for one in self.known_orders if one.order_id == order_id), None)
        if order is None or order.status not in ("placed", "confirmed"):
            return refused("order_state" if order else "not_found", state=order.status if order else None)
        kept = [line for line in self.known_lines if line.order_id == order_id and line.offer_id is not None]
        every = {line.offer_id or 0: line.quantity for line in kept}
        every |= {line.offer_id: line.quantity for line in wanted}
        quotes = [self.quote(Wanted(offer, quantity)) for offer, quantity in every.items() if quantity]
        if not quotes:
            return refused("empty")
        named = {line.offer_id for line in wanted}
        problems = [one for quote in quotes if quote.offer_id in named for one in line_problems(quote, quote.available)]
        after, found = assemble(quotes, self.rules[order.supplier_id], self.areas.get(order.supplier_id), [], None)
        return Amendment(
            order_id,
            order.number,
            order.status,
            {line.product_id: line.quantity for line in kept},
            order.total,
            after,
            address_id,
            (*self.problems, *problems, *found),
        )

    def change_order(
        self, order_id: int, total: Decimal, lines: Sequence[OrderLine] = (), address_id: int | None = None
    ) -> Changed | Refused:
        found = self.amendment(order_id, [Wanted(line.offer_id, line.quantity) for line in lines], address_id)
        if isinstance(found, Refused):
            return found
        if found.problems:
            return Refused(found.problems)
        if found.after.total != total:
            return refused("price_changed", wanted=total, allowed=found.after.total)
        self.changed.append((order_id, list(lines), total, address_id))
        after = found.after
        order = PlacedOrder(
            order_id,
            found.number,
            after.supplier_id,
            after.supplier,
            found.status,
            len(after.lines),
            after.items_total,
            after.discount,
            after.freight,
            after.total,
        )
        return Changed(order, found.before_total)

    def cancel_order(self, order_id: int) -> Cancelled | Refused:
        self._answer()
        [order] = [one for one in self.known_orders if one.order_id == order_id]
        if order.status not in ("placed", "confirmed", "picking"):
            return refused("order_state", state=order.status)
        self.cancelled.append(order_id)
        return Cancelled(order_id, order.number, order.supplier, order.total, order.status)

    def promotions(self, limit: int = 10) -> Sequence[Promotion]:
        self._answer()
        return self.campaigns[:limit]

    def substitutes(self, product_ids: Sequence[int], limit: int = 10) -> Sequence[Substitute]:
        return [one for one in self.others if one.of_product_id in product_ids][:limit]

    def reprice(self, offer_id: int, **changes: Any) -> None:
        """The market moves."""
        self.known_offers = [
            replace(offer, **changes) if offer.offer_id == offer_id else offer for offer in self.known_offers
        ]

    def _answer(self) -> None:
        if self.away:
            raise ToolUnavailable("the marketplace's database did not answer")


def _discount(tier: Tier) -> Decimal:
    return tier.discount


def area(supplier: int, name: str, freight: str, free_from: str | None = None) -> DeliveryArea:
    free = Decimal(free_from) if free_from else None
    return DeliveryArea(supplier, name, "CE", None, Decimal(freight), free, 1, 3, [1, 2, 3, 4, 5])


def open_shop() -> Shop:
    """Losartan 50 mg by two makers, 25 mg and 100 mg by one; dipyrone out of stock; clonazepam in drops."""
    losartan = make_product(1, "Losartana Potássica", "50 MG COM REV CT BL AL PLAS X 30", ceiling_price=Decimal(30))
    other = replace(losartan, product_id=2, manufacturer="Medley")
    strong = replace(losartan, product_id=3, presentation="100 MG COM REV CT BL AL PLAS X 30")
    dipyrone = make_product(4, "Dipirona Monoidratada", "500 MG COM CT BL AL PLAS X 10", stripe="none")
    omeprazole = make_product(5, "Omeprazol", "20 MG CAP DURA CT BL AL X 28", stripe="none")
    clonazepam = make_product(6, "Clonazepam", "2 MG COM CT BL AL PLAS X 30", stripe="black")
    sol, lua = {"supplier_id": 1, "supplier": "Sol"}, {"supplier_id": 2, "supplier": "Lua"}
    return Shop(
        known_products=[losartan, other, strong, dipyrone, omeprazole, clonazepam],
        known_offers=[
            make_offer(losartan, 11, "10.00", minimum_quantity=5, **sol),
            make_offer(losartan, 12, "10.50", **lua),
            make_offer(other, 13, "9.00", **lua),
            make_offer(strong, 14, "15.00", **sol),
            make_offer(dipyrone, 15, "2.00", available=0, **sol),
            make_offer(omeprazole, 16, "5.00", **sol),
            make_offer(omeprazole, 17, "4.80", **lua),
            make_offer(clonazepam, 18, "8.00", **sol),
        ],
        known_orders=[make_order(order_id=1, status="placed", supplier_id=1, supplier="Sol", total=Decimal("250.00"))],
        known_lines=[
            Line(
                1, "10000482", 1, 1, "Losartana Potássica", losartan.presentation, 20, Decimal("9.50"), Decimal(190), 11
            ),
            Line(1, "10000482", 2, 5, "Omeprazol", omeprazole.presentation, 12, Decimal("5.00"), Decimal(60), 16),
        ],
        rules={
            1: SupplierTerms(1, "Sol", Decimal("100.00"), 15, 7),
            2: SupplierTerms(2, "Lua", None, 15, 7),
        },
        areas={1: area(1, "Sol", "20.00", "200.00"), 2: area(2, "Lua", "15.00")},
        ways=[
            PaymentTerm(1, "Sol", "boleto", (28,), Decimal(0), None, agreed=False),
            PaymentTerm(1, "Sol", "pix", (0,), Decimal(2), None, agreed=False),
            PaymentTerm(2, "Lua", "boleto", (28,), Decimal(0), None, agreed=False),
            PaymentTerm(2, "Lua", "pix", (0,), Decimal(3), None, agreed=False),
        ],
        limit=Credit(7, Decimal("5000.00"), Decimal("1000.00"), None, Decimal(0), None),
    )
