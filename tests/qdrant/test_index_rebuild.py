"""New vectors beside those in use: searched and changed all the time, killed in the middle, nothing lost."""

import asyncio
import random
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient

from deploy.local.stack import Stack
from runtime.codec import Decoder, Encoder
from runtime.errors import UserError
from runtime.producer import Message, Producer
from runtime.product_index import ProductIndex
from runtime.product_points import DENSE, aliased, collection_name
from runtime.qdrant import connect
from runtime.registry import Registry
from runtime.settings import KafkaSettings, QdrantSettings, RegistrySettings, load
from runtime.station import Station
from runtime.text.embedder import OfflineEmbedder
from runtime.text.search_text import document_text
from runtime.topics import apply
from schemas.example import read
from schemas.topic import Topic
from schemas.topics import SEARCH_DOCUMENTS
from sinks.qdrant.operate import Operations
from sinks.qdrant.processor import ProductPoints
from tests.qdrant.rebuild_worker import Shorter, documents
from tests.runtime.broker import eventually

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
PRODUCTS = 1500
WORKER = Path(__file__).parent / "rebuild_worker.py"


@dataclass
class World:
    """An index, its topic and its sink, of the test's own."""

    topic: Topic
    group: str
    kafka: KafkaSettings
    settings: QdrantSettings
    registry: Registry
    client: AsyncQdrantClient
    producer: Producer
    encoder: Encoder
    versions: dict[int, int] = field(default_factory=dict)
    searches: int = 0

    @property
    def alias(self) -> str:
        return self.settings.collection

    def station(self, *embedders: OfflineEmbedder) -> Station:
        processor = ProductPoints(self.settings, *embedders, documents=self.topic)
        return Station("test", [processor], kafka=self.kafka, registry=load(RegistrySettings), group=self.group)

    def operations(self) -> Operations:
        known = [Shorter(), OfflineEmbedder()]
        decoder = Decoder(self.registry)
        return Operations(self.kafka, decoder, self.client, self.alias, known, topic=self.topic, group=self.group)

    def document(self, product: int) -> dict[str, Any]:
        name = f"Losartana {product}" if product < PRODUCTS else "Marcador"
        return {**read(SEARCH_DOCUMENTS), "product_id": product, "version": self.versions[product], "name": name}

    async def write(self, *products: int, **changed: Any) -> None:
        for product in products:
            self.versions[product] = self.versions.get(product, 0) + 1
        values = [(str(each), self.encoder.encode(self.topic, self.document(each) | changed)) for each in products]
        await self.producer.send([Message(self.topic.name, key, value) for key, value in values])

    async def change(self) -> None:
        """Changes products until it is cancelled."""
        while True:
            await self.write(*random.sample(range(PRODUCTS), 20))
            await asyncio.sleep(0.05)

    async def search(self, index: ProductIndex) -> None:
        """Searches until it is cancelled; each search must find."""
        while True:
            assert [hit.product_id for hit in await index.search("marcador")] == [PRODUCTS]
            self.searches += 1

    async def count(self, collection: str) -> int:
        return (await self.client.count(collection)).count if await self.client.collection_exists(collection) else 0

    async def stored(self) -> dict[int, int]:
        points, _ = await self.client.scroll(self.alias, limit=PRODUCTS + 1, with_payload=["version"])
        return {int(point.id): (point.payload or {})["version"] for point in points}


@pytest.fixture
async def world(stack: Stack) -> AsyncIterator[World]:
    name = f"test.{uuid.uuid4().hex[:12]}"
    topic, kafka = documents(name), load(KafkaSettings)
    await asyncio.to_thread(apply, kafka, [topic])
    registry = Registry(load(RegistrySettings))
    encoder = Encoder(registry)
    encoder.prepare(topic)
    settings = load(QdrantSettings).model_copy(update={"collection": name})
    client, producer = connect(settings), Producer(kafka, client_id="test")
    yield World(topic, f"balcao.{name}", kafka, settings, registry, client, producer, encoder)
    for collection in (await client.get_collections()).collections:
        if collection.name.startswith(name):
            await client.delete_collection(collection.name)
    await client.close()
    await producer.close()
    registry.close()


@asynccontextmanager
async def going_on(*works: Any) -> AsyncIterator[None]:
    """Runs what never ends beside the body; what one of them raises is raised here."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def killed_in_the_middle(world: World, collection: str) -> None:
    """A rebuild that is killed once it has written, and committed, a part."""
    command = [sys.executable, str(WORKER), world.topic.name, world.alias, world.group]
    process = await asyncio.create_subprocess_exec(*command)

    async def begun() -> bool:
        assert process.returncode is None, "the rebuild ended by itself"
        return await world.count(collection) >= 600

    await eventually(begun, 60)
    process.kill()
    await process.wait()
    assert await world.count(collection) < PRODUCTS


async def test_searches_and_changes_go_on_through_a_rebuild_that_is_killed_and_none_is_lost(world: World) -> None:
    old, new = collection_name(world.alias, OfflineEmbedder()), collection_name(world.alias, Shorter())
    await world.write(*range(PRODUCTS + 1))
    # the index was made before the new embedder was deployed
    async with world.station(OfflineEmbedder()):
        await eventually(lambda: _is(world.count(old), PRODUCTS + 1), 60)
    async with world.station(Shorter(), OfflineEmbedder()):
        async with ProductIndex(world.settings, [Shorter(), OfflineEmbedder()]) as index:
            async with going_on(world.search(index), world.change()):
                await killed_in_the_middle(world, new)
                assert await aliased(world.client, world.alias) == old
                before = world.searches
                assert "is full" in await world.operations().rebuild()
                assert "is in use" in await world.operations().switch(None)
                assert await aliased(world.client, world.alias) == new
                kept = await world.count(old)
                await asyncio.sleep(2.5)
                assert world.searches > before
                await world.operations().discard(old)
                await asyncio.sleep(0.5)
            assert kept == PRODUCTS + 1

        await eventually(lambda: _is(world.stored(), world.versions), 90)
        (point,) = await world.client.retrieve(world.alias, [7], with_vectors=True)
        assert isinstance(point.vector, dict)
        wanted = Shorter().embed([document_text(world.document(7))])[0]  # type: ignore[arg-type]
        assert point.vector[DENSE] == pytest.approx(wanted.tolist(), abs=1e-5)


async def test_a_deleted_product_stays_deleted_and_the_way_back_is_as_safe(world: World) -> None:
    async with world.station(OfflineEmbedder(), Shorter()):
        await world.write(1, 2)
        await world.write(1, deleted=True)
        old = collection_name(world.alias, OfflineEmbedder())
        await eventually(lambda: _is(world.count(old), 2), 90)
        operations = world.operations()
        assert "is in use" in await operations.rebuild(switch=True)
        await world.write(2, 3)
        await eventually(lambda: _is(world.stored(), world.versions), 90)
        assert await world.count(old) == 2
        (point,) = await world.client.retrieve(world.alias, [1])
        assert (point.payload or {})["deleted"] is True
        lines = await operations.status()
        assert [line.split("  ")[-1] for line in lines if old in line] != ["in use"]
        # back to the old one: what came meanwhile is there before it is in use
        await operations.switch(old)
        assert await world.stored() == world.versions
        with pytest.raises(UserError, match="in use"):
            await operations.discard(old)
        await operations.discard(collection_name(world.alias, Shorter()))
        with pytest.raises(UserError, match="no collection to switch to: build one"):
            await operations.switch(None)


async def _is(work: Any, expected: Any) -> bool:
    return bool(await work == expected)
