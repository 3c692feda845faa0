"""Search documents into the vector index."""

from qdrant_client import AsyncQdrantClient

from runtime.processor import Outcome, Processor
from runtime.qdrant import connect
from runtime.records import Batch
from runtime.settings import QdrantSettings
from runtime.text.embedder import Embedder
from schemas.topics import SEARCH_DOCUMENTS
from sinks.qdrant.collection import prepare
from sinks.qdrant.plan import newest
from sinks.qdrant.writer import Writer


class ProductPoints(Processor):
    """Keeps one point a product, the newest version; deleted ones as tombstones that no late update undoes.

    What the index cannot take now raises and is tried again; a document that no try can keep is rejected.
    """

    name = "product-points"
    pace_seconds = 0.2
    topics = (SEARCH_DOCUMENTS,)

    def __init__(self, settings: QdrantSettings, embedder: Embedder) -> None:
        self._settings = settings
        self._embedder = embedder
        self._client: AsyncQdrantClient | None = None
        self._writer: Writer | None = None

    async def start(self) -> None:
        """Creates the collection, its indexes and the alias where they are missing."""
        self._client = connect(self._settings)
        collection = await prepare(self._client, self._settings.collection, self._embedder)
        self._writer = Writer(self._client, collection, self._embedder)

    async def stop(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()

    async def process(self, batch: Batch) -> Outcome:
        """Returns when the newest document of each product in the batch, or a newer one, is searchable."""
        assert self._writer is not None, "the station starts a processor before its first batch"
        changes, rejected = newest(batch.records)
        await self._writer.write(changes)
        return Outcome(rejected=rejected)
