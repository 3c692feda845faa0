"""Captured products, offers, stock and suppliers -> one search document a product."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from runtime.codec import Encoder
from runtime.errors import BadRecord
from runtime.processor import Outcome, Processor
from runtime.producer import Message, Producer
from runtime.records import Batch, Record
from runtime.registering import registered
from schemas.records.catalog import SearchDocument
from schemas.topic import Topic
from schemas.topics import SEARCH_DOCUMENTS
from store import search_documents
from store.pool import Pool
from streams.touched import CATALOG, Touched, table_of

_PAGE = 500
"""Products read and produced together: one query, one confirmed send."""


class SearchDocuments(Processor):
    """Reads the touched products' newest state back and emits it, keyed by the product's id.

    Why it reads back, and why the log's position makes the result safe to apply in any order, is decision 0003.
    """

    pace_seconds = 0.3
    longest_pace_seconds = 0.6

    def __init__(
        self,
        pool: Callable[[], Pool],
        producer: Callable[[], Producer],
        encoder: Encoder,
        *,
        captured: Sequence[Topic] = CATALOG,
        documents: Topic = SEARCH_DOCUMENTS,
    ) -> None:
        self.name = "catalog"
        self.topics = tuple(captured)
        self._connect = producer
        self._open = pool
        self._encoder = encoder
        self._documents = documents

    async def start(self) -> None:
        """Open the pool and the producer, and register the documents' type, which waits for a registry that is away."""
        self._pool = self._open()
        await self._pool.open(wait=True)
        self._producer = self._connect()
        await registered(self._encoder, self._documents, group="balcao.streams")

    async def stop(self) -> None:
        """Close both; what was sent is confirmed already."""
        await self._producer.close()
        await self._pool.close()

    async def process(self, batch: Batch) -> Outcome:
        """Emit the documents of every product the batch touches; returns when the broker confirmed them."""
        touched = Touched()
        rejected: list[tuple[Record, BadRecord]] = []
        for record in batch.records:
            try:
                touched.add(table_of(batch.topic), record.value)
            except BadRecord as error:
                rejected.append((record, error))
        async with self._pool.connection() as connection:
            times = await self._times(connection, touched)
            wanted = sorted(times)
            for first in range(0, len(wanted), _PAGE):
                page = wanted[first : first + _PAGE]
                version, found = await search_documents.read(connection, page, after=touched.transactions)
                await self._producer.send(
                    [self._message(document) for document in complete(page, version, found, times)]
                )
        return Outcome(rejected=rejected)

    async def _times(self, connection: AsyncConnection[Any], touched: Touched) -> dict[int, datetime]:
        if not touched.suppliers:
            return touched.products
        newest = max(touched.suppliers.values())
        of_suppliers = await search_documents.product_ids_of_suppliers(connection, touched.suppliers)
        return {**dict.fromkeys(of_suppliers, newest), **touched.products}

    def _message(self, document: SearchDocument) -> Message:
        value = self._encoder.encode(self._documents, document)
        return Message(self._documents.name, str(document["product_id"]), value)


def complete(
    wanted: Sequence[int], version: int, found: Sequence[SearchDocument], times: dict[int, datetime]
) -> Iterator[SearchDocument]:
    """The documents found, and a versioned tombstone for each product wanted that is gone. Pure."""
    yield from found
    here = {document["product_id"] for document in found}
    for product_id in wanted:
        if product_id not in here:
            yield tombstone(product_id, version, times[product_id])


def tombstone(product_id: int, version: int, when: datetime) -> SearchDocument:
    """The document of a product that is gone."""
    return {
        "product_id": product_id,
        "version": version,
        "deleted": True,
        "name": "",
        "active_ingredients": [],
        "presentation": "",
        "manufacturer": "",
        "gtin": None,
        "anvisa_registration": None,
        "stripe": "none",
        "ceiling_price": None,
        "offers": [],
        "changed_at": when,
    }
