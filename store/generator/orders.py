"""Orders in every state they can be in, with what belongs to each state: items, reserved stock, shipments, invoices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from store.generator.accounts import DEMO_PHARMACY_ID
from store.generator.addresses import Addresses
from store.generator.catalog import Catalog
from store.generator.tables import Cents, Row, Seed, Table, reais
from store.generator.terms import Area, Payment

FIRST_NUMBER = 10_000_001


class Ages(NamedTuple):
    """How common a status is, how many hours ago such an order was placed, and how many hours it took to get there."""

    weight: int
    newest: int
    oldest: int
    took: tuple[int, int]


STATUSES = {
    "placed": Ages(5, 0, 12, (0, 0)),
    "confirmed": Ages(5, 4, 36, (1, 4)),
    "picking": Ages(4, 12, 48, (3, 12)),
    "invoiced": Ages(5, 24, 72, (12, 24)),
    "shipped": Ages(11, 30, 160, (24, 30)),
    "delivered": Ages(60, 96, 2900, (48, 190)),
    "cancelled": Ages(7, 24, 2900, (1, 24)),
    "returned": Ages(3, 200, 2900, (190, 400)),
}
_HOLDS_STOCK = frozenset({"placed", "confirmed", "picking", "invoiced"})
_UNPROMISED = frozenset({"placed", "cancelled"})


class Line(NamedTuple):
    """An order's item."""

    product_id: int
    quantity: int
    unit_price: Cents


class Order(NamedTuple):
    """An order as the tables that follow need it."""

    id: int
    pharmacy_id: int
    supplier_id: int
    status: str
    total: Cents
    placed_at: datetime
    changed_at: datetime
    lines: tuple[Line, ...]
    payment: Payment


@dataclass(slots=True)
class Orders:
    """Orders of the catalog's offers; ``made`` and ``reserved`` are complete once the rows of ``orders`` were read."""

    seed: Seed
    catalog: Catalog
    addresses: Addresses
    made: list[Order] = field(default_factory=list)
    reserved: dict[tuple[int, int], int] = field(default_factory=dict)

    def tables(self) -> Iterator[Table]:
        """``orders``, ``order_items``, then ``inventory``."""
        yield Table("orders", _ORDER_COLUMNS, self._order_rows())
        yield Table(
            "order_items",
            ("id", "order_id", "line", "product_id", "quantity", "unit_price", "total", "updated_at"),
            self._item_rows(),
        )
        yield Table(
            "inventory", ("supplier_id", "product_id", "on_hand", "reserved", "updated_at"), self._inventory_rows()
        )

    def _planned(self, random: Random) -> list[tuple[datetime, str, int]]:
        """When each order was placed, its status and its pharmacy, oldest first; the demo pharmacy has every status."""
        statuses = list(STATUSES)
        drawn = random.choices(statuses, [ages.weight for ages in STATUSES.values()], k=self.catalog.size.orders)
        drawn[: len(statuses)] = statuses
        planned = []
        for place, status in enumerate(drawn):
            ages = STATUSES[status]
            seconds = random.randrange(ages.newest * 3600 + 60, ages.oldest * 3600)
            pharmacy = DEMO_PHARMACY_ID if place < len(statuses) else random.randrange(1, len(self.addresses.homes) + 1)
            planned.append((self.seed.now - timedelta(seconds=seconds), status, pharmacy))
        return sorted(planned)

    def _order_rows(self) -> Iterator[Row]:
        random = self.seed.random("orders")
        terms = self.catalog.terms
        for order_id, (placed_at, status, pharmacy_id) in enumerate(self._planned(random), start=1):
            supplier_id, area = self._seller(random, pharmacy_id)
            offers = self.catalog.offered[supplier_id]
            chosen = random.sample(offers, min(len(offers), random.choices((1, 2, 3, 4, 6), (25, 25, 20, 20, 10))[0]))
            lines = [Line(product, minimum * random.randrange(1, 13), price) for product, price, minimum in chosen]
            least = terms.suppliers[supplier_id].minimum_order or 0
            while (items_total := sum(line.quantity * line.unit_price for line in lines)) < least:
                lines = [line._replace(quantity=line.quantity * 2) for line in lines]
            payment = self._payment(random, supplier_id, items_total)
            discount = (items_total * payment.hundredths + 5000) // 10_000
            freight = 0 if area.free_from is not None and items_total >= area.free_from else area.freight
            took = timedelta(hours=random.uniform(*STATUSES[status].took))
            changed_at = placed_at + min(took, (self.seed.now - placed_at) * 0.95)
            promised = None if status in _UNPROMISED else (placed_at + timedelta(days=random.randrange(3, 9))).date()
            reason = random.choice(("pharmacy_request", "out_of_stock", "payment")) if status == "cancelled" else None
            total = items_total - discount + freight
            self.made.append(
                Order(order_id, pharmacy_id, supplier_id, status, total, placed_at, changed_at, tuple(lines), payment)
            )
            if status in _HOLDS_STOCK:
                for line in lines:
                    held = (supplier_id, line.product_id)
                    self.reserved[held] = self.reserved.get(held, 0) + line.quantity
            yield (
                order_id,
                str(FIRST_NUMBER + order_id - 1),
                pharmacy_id,
                supplier_id,
                status,
                reais(items_total),
                reais(discount),
                reais(freight),
                reais(total),
                promised,
                reason,
                placed_at,
                changed_at,
                changed_at,
                self.addresses.preferred[pharmacy_id],
                payment.method,
                payment.due_days,
            )

    def _seller(self, random: Random, pharmacy_id: int) -> tuple[int, Area]:
        """Somebody who delivers to the pharmacy, and how."""
        home, sellers = self.addresses.homes[pharmacy_id - 1], list(self.catalog.offered)
        while True:
            supplier = random.choice(sellers)
            if (area := self.catalog.terms.area(supplier, home)) is not None:
                return supplier, area

    def _payment(self, random: Random, supplier_id: int, items_total: Cents) -> Payment:
        """A boleto mostly, at sight or in instalments at times."""
        ways = [way for way in self.catalog.terms.payments[supplier_id] if items_total >= (way.minimum_order or 0)]
        return ways[0] if random.random() < 0.6 else random.choice(ways)

    def _item_rows(self) -> Iterator[Row]:
        item_id = 0
        for order in self.made:
            for line, (product_id, quantity, price) in enumerate(order.lines, start=1):
                item_id += 1
                total = reais(quantity * price)
                yield item_id, order.id, line, product_id, quantity, reais(price), total, order.placed_at

    def _inventory_rows(self) -> Iterator[Row]:
        random = self.seed.random("inventory")
        for supplier_id, offers in sorted(self.catalog.offered.items()):
            for product_id, _, _ in offers:
                reserved = self.reserved.get((supplier_id, product_id), 0)
                free = 0 if random.random() < 0.08 else random.randrange(1, 900)
                yield supplier_id, product_id, reserved + free, reserved, self.seed.now - timedelta(hours=1)


_ORDER_COLUMNS = (
    "id",
    "number",
    "pharmacy_id",
    "supplier_id",
    "status",
    "items_total",
    "discount",
    "freight",
    "total",
    "promised_delivery",
    "cancel_reason",
    "placed_at",
    "status_changed_at",
    "updated_at",
    "delivery_address_id",
    "payment_method",
    "due_days",
)
