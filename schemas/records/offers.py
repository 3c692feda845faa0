"""Catalogue events other teams subscribe to."""

from decimal import Decimal
from typing import Annotated, Literal

from schemas.marks import Decimals, Doc
from schemas.records.event import EventEnvelope

Stripe = Literal["none", "yellow", "red", "red_retained", "black", "unknown"]
WithdrawalReason = Literal["withdrawn", "paused", "deleted", "unknown"]


class ProductPublished(EventEnvelope):
    """A product can be offered from now on."""

    product_id: Annotated[int, Doc("The product.")]
    name: Annotated[str, Doc("The commercial name.")]
    active_ingredients: Annotated[list[str], Doc("In the order registered; at least one.")]
    presentation: Annotated[str, Doc("Strength, form and pack, as ANVISA abbreviates them.")]
    manufacturer_id: Annotated[int, Doc("The supplier that makes it.")]
    gtin: Annotated[str | None, Doc("The bar code's number, when known.")]
    anvisa_registration: Annotated[str | None, Doc("ANVISA's registration of the presentation, when known.")]
    stripe: Annotated[Stripe, Doc("The prescription stripe (tarja).")]
    ceiling_price: Annotated[
        Decimal | None, Decimals(12, 2), Doc("The most a supplier may ask of a pharmacy, BRL; null when released.")
    ]


class OfferEvent(EventEnvelope):
    """What every event of an offer tells."""

    offer_id: Annotated[int, Doc("The offer.")]
    supplier_id: Annotated[int, Doc("Who sells.")]
    product_id: Annotated[int, Doc("What is sold.")]


class PriceChanged(OfferEvent):
    """The price of an active offer changed, or an offer became active."""

    before: Annotated[
        Decimal | None, Decimals(12, 2), Doc("BRL for one unit until now; null when the offer just became active.")
    ]
    after: Annotated[Decimal, Decimals(12, 2), Doc("BRL for one unit from now on.")]
    minimum_quantity: Annotated[int, Doc("The fewest units that can be ordered.")]


class OfferWithdrawn(OfferEvent):
    """An active offer cannot be bought any more."""

    before: Annotated[Decimal, Decimals(12, 2), Doc("BRL for one unit, the last.")]
    reason: Annotated[WithdrawalReason, Doc("What became of it.")]


class StockChanged(EventEnvelope):
    """The units of a product that a supplier can still sell changed."""

    supplier_id: Annotated[int, Doc("Whose stock.")]
    product_id: Annotated[int, Doc("Of what.")]
    before: Annotated[int | None, Doc("Units until now; null when the supplier had no stock record.")]
    after: Annotated[int, Doc("Units from now on: on hand, less reserved.")]
