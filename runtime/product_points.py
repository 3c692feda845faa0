"""How a product is kept in the vector index: what its writer and its readers agree on."""

from typing import TypedDict

from runtime.text.embedder import Embedder

DENSE = "dense"
SPARSE = "sparse"
LAYOUT = 1
"""Counts up when a point's payload changes in a way that needs every product to be written again."""


class OfferPayload(TypedDict):
    """One active offer; ``price`` in BRL for one unit."""

    offer_id: int
    supplier_id: int
    supplier: str
    price: float
    minimum_quantity: int
    available: int


class PointState(TypedDict):
    """What every point has, also a tombstone: ``version``, then ``offset`` order the changes of a product."""

    product_id: int
    version: int
    offset: int
    deleted: bool
    changed_at: str


class ProductPayload(PointState):
    """A living product. Its point id is ``product_id``; a tombstone has no vectors, so that no search finds it.

    Prices are numbers for filters and rankings; what is quoted to a customer comes from the database.
    """

    name: str
    active_ingredients: list[str]
    presentation: str
    manufacturer: str
    gtin: str | None
    anvisa_registration: str | None
    stripe: str
    ceiling_price: float | None
    offers: list[OfferPayload]
    lowest_price: float | None
    available: int
    text_hash: str


def collection_name(alias: str, embedder: Embedder) -> str:
    """The collection that holds the vectors of ``embedder`` behind ``alias``."""
    return f"{alias}--{embedder.name}-{embedder.version}-{LAYOUT}"
