"""The collections of the vector index, and the alias that says which of them is in use."""

from dataclasses import dataclass
from typing import Any

import structlog
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from runtime.product_points import DENSE, SPARSE, aliased, collection_name, made_by
from runtime.text.embedder import Embedder

log = structlog.get_logger(__name__)

_INDEXES: dict[str, Any] = {
    "version": models.PayloadSchemaType.INTEGER,
    "offset": models.PayloadSchemaType.INTEGER,
    "deleted": models.PayloadSchemaType.BOOL,
    "text_hash": models.PayloadSchemaType.KEYWORD,
    "gtin": models.PayloadSchemaType.KEYWORD,
    "manufacturer": models.PayloadSchemaType.KEYWORD,
    "stripe": models.PayloadSchemaType.KEYWORD,
    "active_ingredients": models.PayloadSchemaType.KEYWORD,
    "lowest_price": models.PayloadSchemaType.FLOAT,
    "available": models.PayloadSchemaType.INTEGER,
    "offers[].supplier_id": models.PayloadSchemaType.INTEGER,
}
"""What the sink's guards and readers' filters compare."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection behind an alias: whose vectors it holds, how many points, whether the alias points at it."""

    name: str
    embedder: str
    points: int
    live: bool


async def create(client: AsyncQdrantClient, name: str, embedder: Embedder) -> None:
    """Make sure the collection exists with its indexes, for the vectors of ``embedder``. Again is no change."""
    if not await client.collection_exists(name):
        try:
            await client.create_collection(
                name,
                vectors_config={DENSE: models.VectorParams(size=embedder.dimensions, distance=models.Distance.COSINE)},
                sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
                metadata={"embedder": embedder.name, "embedder_version": embedder.version},
            )
            log.info("collection created", collection=name, embedder=embedder.description)
        except UnexpectedResponse as error:
            # Another process of the station was first.
            if error.status_code != 409:
                raise
    indexed = (await client.get_collection(name)).payload_schema
    for field, schema in _INDEXES.items():
        if field not in indexed:
            await client.create_payload_index(name, field, field_schema=schema, wait=True)


async def prepare(client: AsyncQdrantClient, alias: str, embedder: Embedder) -> str:
    """The collection in use. Where there is none yet, that of ``embedder`` is made and the alias pointed at it.

    An alias is never moved by a start: readers would find an empty index. A rebuild moves it, to a full one.
    """
    current = await aliased(client, alias)
    if current is None:
        current = collection_name(alias, embedder)
        await create(client, current, embedder)
        await switch(client, alias, current)
        return current
    if await made_by(client, current) != (embedder.name, embedder.version):
        log.warning("the index has another embedder's vectors: rebuild it", collection=current, wanted=embedder.name)
    return current


async def switch(client: AsyncQdrantClient, alias: str, collection: str) -> None:
    """Point ``alias`` at ``collection`` in one step: readers see the old collection or the new one."""
    create_alias = models.CreateAlias(collection_name=collection, alias_name=alias)
    operations: list[models.AliasOperations] = [models.CreateAliasOperation(create_alias=create_alias)]
    if await aliased(client, alias) is not None:
        drop = models.DeleteAlias(alias_name=alias)
        operations.insert(0, models.DeleteAliasOperation(delete_alias=drop))
    await client.update_collection_aliases(operations)


async def collections(client: AsyncQdrantClient, alias: str) -> list[Collection]:
    """Every collection made for ``alias``, by name."""
    current = await aliased(client, alias)
    found = []
    for name in sorted(each.name for each in (await client.get_collections()).collections):
        if name.startswith(f"{alias}--"):
            embedder, version = await made_by(client, name)
            points = (await client.count(name)).count
            found.append(Collection(name, f"{embedder} {version}", points, live=name == current))
    return found
