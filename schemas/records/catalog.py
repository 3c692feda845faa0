"""A product as people search for it: the product joined with its offers and stock."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, TypedDict

from schemas.marks import Decimals, Doc

Stripe = Literal["none", "yellow", "red", "red_retained", "black", "unknown"]


class OfferSummary(TypedDict):
    """One supplier's active offer of the product."""

    offer_id: Annotated[int, Doc("The offer.")]
    supplier_id: Annotated[int, Doc("Who sells.")]
    supplier: Annotated[str, Doc("The supplier's trade name.")]
    price: Annotated[Decimal, Decimals(12, 2), Doc("BRL for one unit.")]
    minimum_quantity: Annotated[int, Doc("Units.")]
    available: Annotated[int, Doc("Units that can be sold now: on hand less reserved, never below 0.")]


class SearchDocument(TypedDict):
    """The newest state of one product for search; keyed by the product's id."""

    product_id: Annotated[int, Doc("The product.")]
    version: Annotated[int, Doc("The source's LSN read before the state was; a higher one is newer.")]
    deleted: Annotated[bool, Doc("The product is gone: a versioned tombstone, all else is empty.")]
    name: Annotated[str, Doc("The commercial name.")]
    active_ingredients: Annotated[list[str], Doc("In the order registered.")]
    presentation: Annotated[str, Doc("Strength, form and pack, as ANVISA abbreviates them.")]
    manufacturer: Annotated[str, Doc("Who makes it.")]
    gtin: Annotated[str | None, Doc("The bar code's number.")]
    anvisa_registration: Annotated[str | None, Doc("13 digits.")]
    stripe: Annotated[Stripe, Doc("The prescription stripe (tarja).")]
    ceiling_price: Annotated[Decimal | None, Decimals(12, 2), Doc("CMED's ceiling, BRL.")]
    offers: Annotated[list[OfferSummary], Doc("Active offers, cheapest first.")]
    changed_at: Annotated[datetime, Doc("When the newest change that led to this document was committed.")]
