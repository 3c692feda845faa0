"""Search documents into the vector index."""

from qdrant_client import AsyncQdrantClient

from runtime.processor import Outcome, Processor
from runtime.product_points import Located
from runtime.qdrant import connect
from runtime.records import Batch
from runtime.settings import QdrantSettings
from runtime.text.embedder import Embedder
from schemas.topic import Topic
from schemas.topics import SEARCH_DOCUMENTS
from sinks.qdrant.collection import prepare
from sinks.qdrant.plan import newest
from sinks.qdrant.writer import Writer


class ProductPoints(Processor):
    """Keeps one point a product, the newest version; deleted ones as tombstones that no late update undoes.

    What the index cannot take now raises and is tried again; a document that no try can keep is rejected.
    """

    name = "product-points"
    pace_seconds = 0.3
    longest_pace_seconds = 1.0

    def __init__(self, settings: QdrantSettings, *embedders: Embedder, documents: Topic = SEARCH_DOCUMENTS) -> None:
        """The first of ``embedders`` makes the index where there is none; the others are known, too."""
        self.topics = (documents,)
        self._settings = settings
        self._embedders = embedders
        self._client: AsyncQdrantClient | None = None
        self._located: Located | None = None

    async def start(self) -> None:
        """Creates the collection, its indexes and the alias where there are none."""
        self._client = connect(self._settings)
        await prepare(self._client, self._settings.collection, self._embedders[0])
        self._located = Located(self._client, self._settings.collection, self._embedders)

    async def stop(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()

    async def process(self, batch: Batch) -> Outcome:
        """Returns when the newest document of each product in the batch, or a newer one, is searchable.

        Writes where the alias points when the batch begins: whoever moves it writes to the new collection what was in
        the topic by then, and what comes later is written there from here on.
        """
        assert self._client is not None, "the station starts a processor before its first batch"
        assert self._located is not None
        changes, rejected = newest(batch.records)
        place = await self._located.now()
        if place is None:
            await prepare(self._client, self._settings.collection, self._embedders[0])
            place = await self._located.now()
        assert place is not None, "it was made just now"
        await Writer(self._client, *place).write(changes)
        return Outcome(rejected=rejected)
