"""The domain events of catalog."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from balcao_events.records import Event

Stripe = Literal[
    "none",
    "yellow",
    "red",
    "red_retained",
    "black",
    "unknown",
]

WithdrawalReason = Literal[
    "withdrawn",
    "paused",
    "deleted",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPublished(Event):
    """A product can be offered from now on.

    Topic ``catalog.product-published.v1``, owned by catalog (catalog@balcao.example).
    """

    product_id: int
    """The product."""
    name: str
    """The commercial name."""
    active_ingredients: tuple[str, ...]
    """In the order registered; at least one."""
    presentation: str
    """Strength, form and pack, as ANVISA abbreviates them."""
    manufacturer_id: int
    """The supplier that makes it."""
    gtin: str | None = None
    """The bar code's number, when known."""
    anvisa_registration: str | None = None
    """ANVISA's registration of the presentation, when known."""
    stripe: Stripe
    """The prescription stripe (tarja)."""
    ceiling_price: Decimal | None = None
    """The most a supplier may ask of a pharmacy, BRL; null when released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged(Event):
    """The price of an active offer changed, or an offer became active.

    Topic ``catalog.price-changed.v1``, owned by catalog (catalog@balcao.example).
    """

    offer_id: int
    """The offer."""
    supplier_id: int
    """Who sells."""
    product_id: int
    """What is sold."""
    before: Decimal | None = None
    """BRL for one unit until now; null when the offer just became active."""
    after: Decimal
    """BRL for one unit from now on."""
    minimum_quantity: int
    """The fewest units that can be ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChanged(Event):
    """The units of a product that a supplier can still sell changed.

    Topic ``catalog.stock-changed.v1``, owned by catalog (catalog@balcao.example).
    """

    supplier_id: int
    """Whose stock."""
    product_id: int
    """Of what."""
    before: int | None = None
    """Units until now; null when the supplier had no stock record."""
    after: int
    """Units from now on: on hand, less reserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(Event):
    """An active offer cannot be bought any more.

    Topic ``catalog.offer-withdrawn.v1``, owned by catalog (catalog@balcao.example).
    """

    offer_id: int
    """The offer."""
    supplier_id: int
    """Who sells."""
    product_id: int
    """What is sold."""
    before: Decimal
    """BRL for one unit, the last."""
    reason: WithdrawalReason
    """What became of it."""
