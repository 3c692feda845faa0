"""Reads on products and what is offered of them."""

from collections.abc import Sequence

from agents.matching import Found, match
from agents.tools.desk import Desk
from agents.tools.tool import read
from schemas.identifiers import is_gtin
from store import availability
from store.availability import Offer, Product

_CANDIDATES = 24


@read
async def find_products(desk: Desk, words: str) -> Found:
    """The products that the words, or the code on a package, may mean, best first."""
    if is_gtin(words.strip()):
        known = await desk.query(lambda connection: availability.by_gtin(connection, words.strip()))
        return Found(tuple(known))
    hits = await desk.find(words, _CANDIDATES)
    if not hits:
        return Found()
    known = await desk.query(lambda connection: availability.products(connection, list(hits)))
    return match(words, [(product, hits[product.product_id]) for product in known])


@read
async def products(desk: Desk, ids: Sequence[int]) -> Sequence[Product]:
    """Products by id, in the order asked."""
    return await desk.query(lambda connection: availability.products(connection, ids))


@read
async def offers(desk: Desk, ids: Sequence[int]) -> Sequence[Offer]:
    """Active offers of the products, in the order asked, cheapest first within each."""
    return await desk.query(lambda connection: availability.offers(connection, ids))
