"""Products joined with their offers and stock, as the vector index holds them."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any

from psycopg import AsyncConnection

from runtime.clock import Clock, SystemClock
from schemas.records.catalog import OfferSummary, SearchDocument
from store.horizon import horizon


async def read(
    connection: AsyncConnection[Any],
    product_ids: Collection[int],
    *,
    after: Collection[int] = (),
    clock: Clock | None = None,
) -> tuple[int, list[SearchDocument]]:
    """The newest state of the products and its version; a product that does not exist is absent from the list.

    The version is the log position read *before* the state, so that every change the state lacks has a higher one and
    leads to a newer document. ``after`` holds the ``source.txId`` of the streamed changes that led here: the state has
    them in it. Records of a snapshot (``op`` ``r``) name the snapshot's own transaction, which runs as long as the
    snapshot and is never seen: leave those out.

    Two statements for all products together. The connection must be in autocommit mode and outside of a transaction,
    or else ``ValueError``; ``TimeoutError`` when one of ``after`` does not become visible.
    """
    version = await horizon(connection, after, clock or SystemClock())
    async with connection.cursor() as cursor:
        await cursor.execute(_READ, {"products": list(product_ids)}, prepare=True)
        return version, list(_documents(version, await cursor.fetchall()))


async def product_ids_of_suppliers(connection: AsyncConnection[Any], supplier_ids: Collection[int]) -> list[int]:
    """The products whose documents name these suppliers, as maker or as seller, in order and each once."""
    async with connection.cursor() as cursor:
        await cursor.execute(_OF_SUPPLIERS, {"suppliers": list(supplier_ids)})
        return [product for (product,) in await cursor.fetchall()]


async def product_ids_after(connection: AsyncConnection[Any], product_id: int, *, limit: int = 1000) -> list[int]:
    """The next products in order of id, for reading all of them page by page; start with 0, done when empty."""
    async with connection.cursor() as cursor:
        await cursor.execute(
            "SELECT id FROM products WHERE id > %s ORDER BY id LIMIT %s", [product_id, limit], prepare=True
        )
        return [product for (product,) in await cursor.fetchall()]


def _documents(version: int, rows: Sequence[Sequence[Any]]) -> Iterator[SearchDocument]:
    for product_id, group in groupby(rows, key=lambda row: row[0]):
        lines = list(group)
        head = lines[0]
        yield SearchDocument(
            product_id=product_id,
            version=version,
            deleted=False,
            name=head[1],
            active_ingredients=head[2],
            presentation=head[3],
            manufacturer=head[4],
            gtin=head[5],
            anvisa_registration=head[6],
            stripe=head[7],
            ceiling_price=head[8],
            offers=[_offer(line) for line in lines if line[10] is not None],
            changed_at=max(line[9] for line in lines),
        )


def _offer(line: Sequence[Any]) -> OfferSummary:
    return OfferSummary(
        offer_id=line[10],
        supplier_id=line[11],
        supplier=line[12],
        price=line[13],
        minimum_quantity=line[14],
        available=line[15],
    )


_READ = """
SELECT products.id, products.name, products.active_ingredients, products.presentation, makers.trade_name, products.gtin,
       products.anvisa_registration, products.stripe, products.ceiling_price,
       greatest(products.updated_at, makers.updated_at, every_offer.changed_at),
       offer.id, offer.supplier_id, offer.supplier, offer.price, offer.minimum_quantity, offer.available
  FROM products
  JOIN suppliers AS makers ON makers.id = products.manufacturer_id
  LEFT JOIN LATERAL (
      SELECT max(greatest(offers.updated_at, suppliers.updated_at, inventory.updated_at)) AS changed_at
        FROM offers
        JOIN suppliers ON suppliers.id = offers.supplier_id
        LEFT JOIN inventory USING (supplier_id, product_id)
       WHERE offers.product_id = products.id
  ) AS every_offer ON true
  LEFT JOIN LATERAL (
      SELECT offers.id, supplier_id, suppliers.trade_name AS supplier, offers.price, offers.minimum_quantity,
             greatest(coalesce(inventory.on_hand - inventory.reserved, 0), 0) AS available
        FROM offers
        JOIN suppliers ON suppliers.id = offers.supplier_id AND suppliers.status = 'active'
        LEFT JOIN inventory USING (supplier_id, product_id)
       WHERE offers.product_id = products.id AND offers.state = 'active' AND products.status = 'active'
         AND (products.ceiling_price IS NULL OR offers.price <= products.ceiling_price)
  ) AS offer ON true
 WHERE products.id = ANY(%(products)s)
 ORDER BY products.id, offer.price, offer.id
"""
_OF_SUPPLIERS = """
SELECT id FROM products WHERE manufacturer_id = ANY(%(suppliers)s)
 UNION
SELECT product_id FROM offers WHERE supplier_id = ANY(%(suppliers)s)
 ORDER BY 1
"""
