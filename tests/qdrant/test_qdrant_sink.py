"""The sink against an index: versions, tombstones, vectors kept for unchanged text, and the alias."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient, models

from runtime.product_index import ProductIndex, ProductIndexUnavailable
from runtime.product_points import UnknownEmbedderError, aliased, collection_name
from runtime.records import Batch, Record
from runtime.settings import QdrantSettings
from runtime.text.embedder import Dense, OfflineEmbedder
from schemas.topics import SEARCH_DOCUMENTS
from sinks.qdrant.collection import create, prepare, switch
from sinks.qdrant.plan import newest
from sinks.qdrant.processor import ProductPoints
from sinks.qdrant.writer import Writer

pytestmark = pytest.mark.broker


class CountingEmbedder(OfflineEmbedder):
    """Remembers every text it was given."""

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Dense:
        self.embedded.extend(texts)
        return super().embed(texts)


def record(product: int, version: int, offset: int, **changed: Any) -> Record:
    document: dict[str, Any] = {
        "product_id": product,
        "version": version,
        "deleted": False,
        "name": f"Losartana {product}",
        "active_ingredients": ["LOSARTANA POTÁSSICA"],
        "presentation": "50 MG COM REV CT BL AL PLAS TRANS X 30",
        "manufacturer": "EMS S/A",
        "gtin": "7890000000000",
        "anvisa_registration": None,
        "stripe": "red",
        "ceiling_price": Decimal("30.10"),
        "offers": [],
        "changed_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Record(offset, 0, str(product), document | changed, {}, None, None)


def offer(price: str, available: int) -> dict[str, Any]:
    return {
        "offer_id": 1,
        "supplier_id": 2,
        "supplier": "Distribuidora Sul",
        "price": Decimal(price),
        "minimum_quantity": 1,
        "available": available,
    }


class Sink:
    """A started processor and what its collection holds."""

    def __init__(self, settings: QdrantSettings, client: AsyncQdrantClient, embedder: CountingEmbedder) -> None:
        self.settings = settings
        self.client = client
        self.embedder = embedder
        self.processor = ProductPoints(settings, embedder)

    async def take(self, *records: Record) -> None:
        outcome = await self.processor.process(Batch(SEARCH_DOCUMENTS, 0, records, 0, 99))
        assert not outcome.rejected

    async def payload(self, product: int) -> dict[str, Any]:
        return (await self.client.retrieve(self.settings.collection, [product]))[0].payload or {}


@pytest.fixture
async def sink(client: AsyncQdrantClient, fresh_name: Callable[[], str], qdrant_url: str) -> AsyncIterator[Sink]:
    made = Sink(QdrantSettings(url=qdrant_url, collection=fresh_name()), client, CountingEmbedder())
    await made.processor.start()
    yield made
    await made.processor.stop()


async def test_a_product_is_found_with_what_its_document_says(sink: Sink) -> None:
    await sink.take(record(1, 1, 0, offers=[offer("9.90", 4), offer("12.00", 6)]))
    async with ProductIndex(sink.settings) as index:
        hit = (await index.search("losartana 50mg"))[0]
    assert (hit.product_id, hit.stripe, hit.found) == (1, "red", True)
    payload = await sink.payload(1)
    assert (payload["lowest_price"], payload["available"]) == (9.9, 10)
    assert payload["changed_at"] == "2026-01-01T00:00:00+00:00"


async def test_an_older_version_is_ignored_and_a_newer_one_is_not(sink: Sink) -> None:
    await sink.take(record(1, 10, 5, name="Novo"))
    await sink.take(record(1, 9, 6, name="Velho"), record(2, 1, 7))
    assert (await sink.payload(1))["name"] == "Novo"
    assert (await sink.payload(2))["version"] == 1
    await sink.take(record(1, 10, 8, name="Mais novo"))
    assert (await sink.payload(1))["name"] == "Mais novo"


async def test_the_index_itself_refuses_an_older_version(sink: Sink) -> None:
    """What protects from another process that read the state before this one wrote."""
    await sink.take(record(1, 10, 5, name="Novo"))
    blind = Writer(sink.client, sink.settings.collection, sink.embedder)

    async def nothing(_changes: object) -> dict[int, Any]:
        return {}

    blind._stored = nothing  # type: ignore[method-assign, assignment]
    await blind.write(newest([record(1, 9, 6, name="Velho")])[0])
    assert (await sink.payload(1))["name"] == "Novo"


async def test_a_tombstone_hides_the_product_and_holds_against_a_late_update(sink: Sink) -> None:
    await sink.take(record(1, 10, 0))
    await sink.take(record(1, 20, 1, deleted=True, name="", active_ingredients=[], presentation="", manufacturer=""))
    await sink.take(record(1, 15, 2))
    stored = await sink.payload(1)
    assert (stored["deleted"], stored["version"]) == (True, 20)
    assert "name" not in stored
    async with ProductIndex(sink.settings) as index:
        assert await index.search("losartana 50mg") == []
        await sink.take(record(1, 30, 3))
        assert [hit.product_id for hit in await index.search("losartana 50mg")] == [1]


async def test_unchanged_text_is_not_embedded_again(sink: Sink) -> None:
    await sink.take(record(1, 1, 0, offers=[offer("9.90", 4)]))
    vector = (await sink.client.retrieve(sink.settings.collection, [1], with_vectors=True))[0].vector
    await sink.take(record(1, 2, 1, offers=[offer("8.80", 4)]))
    assert len(sink.embedder.embedded) == 1
    after = (await sink.client.retrieve(sink.settings.collection, [1], with_vectors=True))[0]
    assert after.vector == vector
    assert (after.payload or {})["lowest_price"] == 8.8
    await sink.take(record(1, 3, 2, name="Losartana Nova"))
    assert len(sink.embedder.embedded) == 2


async def test_a_text_changed_behind_the_back_is_written_whole(sink: Sink) -> None:
    """Another process changed name and vectors after our read: the payload alone would no longer fit them."""
    await sink.take(record(1, 1, 0))
    writer = Writer(sink.client, sink.settings.collection, sink.embedder)
    read = writer._stored
    meddled = False

    async def meddle(changes: Any) -> dict[int, Any]:
        nonlocal meddled
        stored = await read(changes)
        if not meddled:
            meddled = True
            await sink.take(record(1, 2, 1, name="Outro nome"))
        return stored

    writer._stored = meddle  # type: ignore[method-assign]
    await writer.write(newest([record(1, 3, 2)])[0])
    stored = await sink.payload(1)
    assert (stored["version"], stored["name"]) == (3, "Losartana 1")
    assert len(sink.embedder.embedded) == 3


async def test_a_large_batch_with_repeated_products_ends_at_the_newest(sink: Sink) -> None:
    records = [record(offset % 450, 1 + offset // 450, offset) for offset in range(1350)]
    await sink.take(*records)
    assert (await sink.client.count(sink.settings.collection)).count == 450
    points, _ = await sink.client.scroll(sink.settings.collection, limit=1000)
    assert {(p.payload or {})["version"] for p in points} == {3}
    assert len(sink.embedder.embedded) == 450


async def test_a_document_that_cannot_be_kept_is_rejected_beside_good_ones(sink: Sink) -> None:
    bad = record(2, 2**60, 1)
    outcome = await sink.processor.process(Batch(SEARCH_DOCUMENTS, 0, [record(1, 1, 0), bad], 0, 1))
    assert [(one, reason.cause) for one, reason in outcome.rejected] == [(bad, "version-out-of-range")]
    assert (await sink.payload(1))["version"] == 1


async def test_the_collection_has_both_kinds_of_vectors_and_an_index_for_whatever_is_compared(sink: Sink) -> None:
    found = await sink.client.get_collection(collection_name(sink.settings.collection, sink.embedder))
    dense, sparse = found.config.params.vectors, found.config.params.sparse_vectors
    assert isinstance(dense, dict)
    assert sparse is not None
    assert (dense["dense"].size, dense["dense"].distance) == (384, models.Distance.COSINE)
    assert sparse["sparse"].modifier is models.Modifier.IDF
    compared = {"version", "offset", "deleted", "text_hash"}
    filtered = {"gtin", "manufacturer", "stripe", "active_ingredients", "lowest_price", "available"}
    assert compared | filtered <= found.payload_schema.keys()


async def test_starting_again_changes_nothing(sink: Sink) -> None:
    await sink.take(record(1, 1, 0))
    name = await prepare(sink.client, sink.settings.collection, sink.embedder)
    assert name == collection_name(sink.settings.collection, sink.embedder)
    assert (await sink.client.count(sink.settings.collection)).count == 1


async def test_a_new_embedder_writes_and_searches_where_the_alias_points_until_it_moves(sink: Sink) -> None:
    """Code that brings another embedder is deployed: the index in use goes on with the vectors that it has."""
    await sink.take(record(1, 1, 0))
    alias, other = sink.settings.collection, CountingEmbedder(version=2)
    old, fresh = collection_name(alias, sink.embedder), collection_name(alias, other)
    newer = ProductPoints(sink.settings, other, sink.embedder)
    await newer.start()
    assert await aliased(sink.client, alias) == old
    await newer.process(Batch(SEARCH_DOCUMENTS, 0, [record(2, 1, 1)], 1, 1))
    assert ((await sink.client.count(old)).count, other.embedded) == (2, [])
    await create(sink.client, fresh, other)
    await switch(sink.client, alias, fresh)
    await newer.process(Batch(SEARCH_DOCUMENTS, 0, [record(3, 1, 2)], 2, 2))
    assert ((await sink.client.count(old)).count, (await sink.client.count(fresh)).count) == (2, 1)
    assert len(other.embedded) == 1
    # a process that was not deployed yet cannot write the new vectors: it says so, and its batch comes again
    with pytest.raises(UnknownEmbedderError, match="version"):
        await sink.processor.process(Batch(SEARCH_DOCUMENTS, 0, [record(4, 1, 3)], 3, 3))
    async with ProductIndex(sink.settings, [other]) as index:
        assert [hit.product_id for hit in await index.search("losartana 3")] == [3]
        await switch(sink.client, alias, old)
        await sink.client.delete_collection(fresh)
    async with ProductIndex(sink.settings, [other]) as index:
        with pytest.raises(ProductIndexUnavailable, match="which this program does not have"):
            await index.search("losartana 3")
    await newer.stop()


async def test_filters_narrow_a_search(sink: Sink) -> None:
    await sink.take(record(1, 1, 0), record(2, 1, 1, stripe="black"))
    black = models.Filter(must=[models.FieldCondition(key="stripe", match=models.MatchValue(value="black"))])
    async with ProductIndex(sink.settings) as index:
        assert [hit.product_id for hit in await index.search("losartana", filters=black)] == [2]
