"""Whoever reads through the alias while it moves gets an answer each time; and a switch made otherwise is seen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from runtime.codec import Decoder
from runtime.product_points import DENSE, aliased, collection_name
from runtime.qdrant import connect
from runtime.text.embedder import OfflineEmbedder
from runtime.text.search_text import document_text
from sinks.qdrant import collection, rebuild
from sinks.qdrant.operate import Operations
from tests.qdrant.test_index_rebuild import World, going_on, world
from tests.runtime.broker import eventually

__all__ = ["world"]
pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
PRODUCTS, READERS = 120, 3


@dataclass
class Readers:
    """They ask for neighbours through the alias, without a pause."""

    client: AsyncQdrantClient
    alias: str
    vector: list[float]
    answered: int = 0
    empty: int = 0
    failed: int = 0

    @property
    def asked(self) -> int:
        return self.answered + self.empty + self.failed

    async def read(self) -> None:
        while True:
            try:
                found = await self.client.query_points(self.alias, query=self.vector, using=DENSE, limit=3)
            except UnexpectedResponse:
                self.failed += 1
            else:
                self.answered += bool(found.points)
                self.empty += not found.points

    async def some_more(self) -> None:
        """Each of them has asked again."""
        wanted = self.asked + 2 * READERS
        await eventually(lambda: _at_least(self, wanted), 60)


async def _at_least(readers: Readers, count: int) -> bool:
    return readers.asked >= count


@pytest.fixture
async def readers(world: World) -> AsyncIterator[Readers]:
    """An index of some products, in use."""
    await world.write(*range(PRODUCTS))
    await operations(world).rebuild(switch=True)
    vector = OfflineEmbedder().embed([document_text(world.document(7))])[0].tolist()  # type: ignore[arg-type]
    made = Readers(connect(world.settings), world.alias, vector)
    yield made
    await made.client.close()


def operations(world: World) -> Operations:
    return Operations(
        world.kafka,
        Decoder(world.registry),
        world.client,
        world.alias,
        [OfflineEmbedder()],
        topic=world.topic,
        group=world.group,
    )


async def again(world: World, readers: Readers) -> None:
    """The same vectors in a new collection, which is used; read and written all the time."""

    async def change() -> None:
        while True:
            await world.write(*range(0, PRODUCTS, 7))
            await asyncio.sleep(0.05)

    async with going_on(change(), *(readers.read() for _ in range(READERS))):
        await readers.some_more()
        assert "is in use" in await operations(world).rebuild(again=True, switch=True)
        await readers.some_more()
    assert await aliased(world.client, world.alias) == collection_name(world.alias, OfflineEmbedder(), 2)


async def test_no_read_fails_or_is_empty_while_the_alias_moves(world: World, readers: Readers) -> None:
    await again(world, readers)
    assert (readers.failed, readers.empty) == (0, 0)


async def test_an_alias_that_is_deleted_and_made_again_is_seen(
    world: World, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def in_two_steps(client: AsyncQdrantClient, alias: str, name: str) -> None:
        gone = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
        await client.update_collection_aliases([gone])
        await readers.some_more()
        await collection.switch(client, alias, name)

    monkeypatch.setattr(rebuild, "switch", in_two_steps)
    await again(world, readers)
    assert readers.failed > 0


async def test_a_collection_in_use_before_it_is_full_is_seen(
    world: World, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unfilled(self: Any) -> None:
        await collection.create(self._client, self._collection, self._embedder)

    async def then_wait(client: AsyncQdrantClient, alias: str, name: str) -> None:
        await collection.switch(client, alias, name)
        await readers.some_more()

    monkeypatch.setattr(rebuild.Rebuild, "fill", unfilled)
    monkeypatch.setattr(rebuild, "switch", then_wait)
    await again(world, readers)
    assert readers.empty > 0
