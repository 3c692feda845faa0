"""Fills the product index from the database, as the streams and the sink do from a snapshot."""

import psycopg

from runtime.records import Batch, Record
from runtime.settings import MarketplaceReader, QdrantSettings, load
from schemas.topics import SEARCH_DOCUMENTS
from sinks.qdrant.operate import embedders
from sinks.qdrant.processor import ProductPoints
from store import search_documents

_PAGE = 500


async def fill() -> int:
    """Puts every product of the market into the index and says how many; those already there stay."""
    sink = ProductPoints(load(QdrantSettings), *embedders())
    await sink.start()
    count = after = 0
    try:
        dsn = load(MarketplaceReader).dsn.get_secret_value()
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            while ids := await search_documents.product_ids_after(connection, after, limit=_PAGE):
                _, documents = await search_documents.read(connection, ids)
                records = [
                    Record(count + place, 0, str(document["product_id"]), document, {}, None, None)
                    for place, document in enumerate(documents)
                ]
                await sink.process(Batch(SEARCH_DOCUMENTS, 0, records, count, count + len(records) - 1))
                count += len(records)
                after = ids[-1]
    finally:
        await sink.stop()
    return count
