"""What traffic chooses from: a part of the marketplace, read once and kept in memory."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from runtime.errors import UserError
from store.generator.catalog import Supplier
from store.generator.places import City
from store.traffic import statements

_MOST = 20_000


class OfferKey(NamedTuple):
    """An offer."""

    id: int
    supplier_id: int
    product_id: int


class OpenOrder(NamedTuple):
    """An order that can still move."""

    id: int
    status: str
    supplier_id: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Offers, buyers, open orders and charges.

    ``paused`` (those of ``offers`` that are paused now), ``orders`` and ``charges`` change with the market.
    """

    offers: list[OfferKey]
    paused: list[OfferKey]
    by_supplier: dict[int, list[OfferKey]]
    pharmacies: list[int]
    orders: list[OpenOrder]
    suppliers: dict[int, Supplier]
    charges: list[int]


async def take(connection: AsyncConnection[Any]) -> Sample:
    """Reads a sample. Raises ``UserError`` when the marketplace has nothing to sell or nobody to buy."""
    most = {"most": _MOST}
    offers: list[OfferKey] = []
    paused: list[OfferKey] = []
    for *key, rests in await _rows(connection, statements.SAMPLE_OFFERS, most):
        offers.append(OfferKey(*key))
        if rests:
            paused.append(offers[-1])
    pharmacies = [row[0] for row in await _rows(connection, statements.SAMPLE_PHARMACIES, most)]
    if not offers or not pharmacies:
        raise UserError("The marketplace has no offers or no pharmacies yet: run `balcao db seed` first.")
    by_supplier: dict[int, list[OfferKey]] = {}
    for offer in offers:
        by_supplier.setdefault(offer.supplier_id, []).append(offer)
    return Sample(
        offers,
        paused,
        by_supplier,
        pharmacies,
        [OpenOrder(*row) for row in await _rows(connection, statements.SAMPLE_ORDERS, most)],
        {
            supplier_id: Supplier(supplier_id, cnpj, City(city, state, "", 0), manufacturer=False)
            for supplier_id, cnpj, city, state in await _rows(connection, statements.SUPPLIERS, {})
        },
        [row[0] for row in await _rows(connection, statements.SAMPLE_CHARGES, most)],
    )


async def _rows(connection: AsyncConnection[Any], query: str, parameters: dict[str, int]) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(query.encode(), parameters or None)
    return await cursor.fetchall()
