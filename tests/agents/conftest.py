"""A pharmacy's world in memory, for flows that are tested without any model and without a database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from agents.identity import Identity
from agents.matching import Found, match
from agents.testing import NOON as NOW
from agents.testing import PHARMACIST
from agents.testing import message as make_message
from agents.tools.desk import ToolUnavailable
from agents.understanding.offline import OfflineUnderstanding
from schemas.records.conversations import InboundMessage
from store.availability import Offer, Product
from store.orders import Order
from store.pricing import Quote, Tier, Wanted
from tests.agents.station import agent, agent_without_databases, contact, platform_rows, registry, write

__all__ = ["agent", "agent_without_databases", "contact", "platform_rows", "registry", "write"]


@dataclass
class World:
    """Tools over lists; ``away`` makes every tool fail as when a database is down."""

    known_orders: list[Order] = field(default_factory=list)
    known_products: list[Product] = field(default_factory=list)
    known_offers: list[Offer] = field(default_factory=list)
    known_tiers: list[Tier] = field(default_factory=list)
    away: bool = False

    def __getattr__(self, name: str) -> Any:
        """Any other tool is away: flows must be able to live with that."""
        if name.startswith("_"):
            raise AttributeError(name)

        def away(*args: Any, **kwargs: Any) -> Any:
            raise ToolUnavailable(f"{name} did not answer")

        return away

    async def find_orders(self, number: str) -> Sequence[Order]:
        self._answer()
        return [order for order in self.known_orders if order.number.endswith(number)]

    async def open_orders(self) -> Sequence[Order]:
        self._answer()
        over = ("delivered", "cancelled", "returned")
        return [order for order in self.known_orders if order.status not in over] or self.known_orders[:1]

    async def find_products(self, words: str) -> Found:
        self._answer()
        first = words.lower().split()[0]
        hits = [product for product in self.known_products if first in product.name.lower()]
        return match(words, [(product, 1.0) for product in hits])

    async def products(self, ids: Sequence[int]) -> Sequence[Product]:
        self._answer()
        return [product for product in self.known_products if product.product_id in ids]

    async def offers(self, ids: Sequence[int]) -> Sequence[Offer]:
        self._answer()
        return [offer for wanted in ids for offer in self.known_offers if offer.product_id == wanted]

    async def tiers(self, offer_ids: Sequence[int]) -> Sequence[Tier]:
        self._answer()
        return [tier for tier in self.known_tiers if tier.offer_id in offer_ids]

    async def quotes(self, wanted: Sequence[Wanted]) -> Sequence[Quote]:
        self._answer()
        return [
            make_quote(offer, each.quantity)
            for each in wanted
            for offer in self.known_offers
            if offer.offer_id == each.offer_id
        ]

    def _answer(self) -> None:
        if self.away:
            raise ToolUnavailable("the marketplace's database did not answer")


def make_order(**changes: Any) -> Order:
    base = Order(
        order_id=1,
        number="10000482",
        status="shipped",
        supplier_id=3,
        supplier="Distribuidora Sol",
        items=4,
        total=Decimal("1234.50"),
        placed_at=datetime(2026, 11, 17, 13, tzinfo=UTC),
        status_changed_at=datetime(2026, 11, 19, 13, tzinfo=UTC),
        promised_delivery=date(2026, 11, 24),
        cancel_reason=None,
        carrier="Jamef",
        tracking_code="JF123",
        shipment_status="in_transit",
        estimated_delivery=date(2026, 11, 23),
        shipped_at=datetime(2026, 11, 19, 13, tzinfo=UTC),
        delivered_at=None,
    )
    return replace(base, **changes)


def make_product(product_id: int, name: str, presentation: str, **changes: Any) -> Product:
    base = Product(
        product_id=product_id,
        name=name,
        active_ingredients=[name],
        presentation=presentation,
        manufacturer="EMS",
        gtin=None,
        anvisa_registration=None,
        stripe="red",
        storage="room",
        ceiling_price=Decimal("20.00"),
        status="active",
    )
    return replace(base, **changes)


def make_offer(product: Product, offer_id: int, price: str, **changes: Any) -> Offer:
    base = Offer(
        product_id=product.product_id,
        name=product.name,
        presentation=product.presentation,
        manufacturer=product.manufacturer,
        stripe=product.stripe,
        ceiling_price=product.ceiling_price,
        offer_id=offer_id,
        supplier_id=offer_id,
        supplier=f"Fornecedor {offer_id}",
        price=Decimal(price),
        minimum_quantity=1,
        available=120,
    )
    return replace(base, **changes)


def make_quote(offer: Offer, quantity: int, tier: Tier | None = None) -> Quote:
    return Quote(
        offer_id=offer.offer_id,
        quantity=quantity,
        product_id=offer.product_id,
        name=offer.name,
        presentation=offer.presentation,
        manufacturer=offer.manufacturer,
        stripe=offer.stripe,
        supplier_id=offer.supplier_id,
        supplier=offer.supplier,
        list_price=offer.price,
        discount=tier.discount if tier else Decimal(0),
        unit_price=tier.unit_price if tier else offer.price,
        campaign=tier.campaign if tier else None,
        ends_on=tier.ends_on if tier else None,
        ceiling_price=offer.ceiling_price,
        minimum_quantity=offer.minimum_quantity,
        available=offer.available,
        obstacle=None,
    )


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def world() -> World:
    losartan = make_product(1, "Losartana Potássica", "50 MG COM REV CT BL AL PLAS X 30")
    weak = make_product(2, "Losartana Potássica", "25 MG COM REV CT BL AL PLAS X 30")
    dipyrone = make_product(3, "Dipirona Monoidratada", "500 MG COM CT BL AL PLAS X 10", stripe="none")
    return World(
        known_orders=[make_order()],
        known_products=[losartan, weak, dipyrone],
        known_offers=[
            make_offer(losartan, 11, "3.20", minimum_quantity=10),
            make_offer(losartan, 12, "3.35"),
            make_offer(weak, 13, "2.10"),
            make_offer(dipyrone, 14, "1.99", available=0),
        ],
    )


@pytest.fixture
def pharmacist() -> Identity:
    return PHARMACIST


@pytest.fixture
def order() -> Callable[..., Order]:
    return make_order


@pytest.fixture
def product() -> Callable[..., Product]:
    return make_product


@pytest.fixture
def offer() -> Callable[..., Offer]:
    return make_offer


@pytest.fixture
def message() -> Callable[..., InboundMessage]:
    return make_message


@pytest.fixture(scope="session")
def offline() -> OfflineUnderstanding:
    return OfflineUnderstanding()
