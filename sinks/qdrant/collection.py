"""The collection the sink writes, and the alias that readers use."""

from typing import Any

import structlog
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from runtime.product_points import DENSE, SPARSE, collection_name
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


async def prepare(client: AsyncQdrantClient, alias: str, embedder: Embedder) -> str:
    """Make sure the collection of ``embedder`` exists with its indexes; its name. Again is no change.

    An alias that does not exist yet is pointed at it. One that points elsewhere stays, because readers would find
    an empty index: ``switch`` moves it once the new collection is full.
    """
    name = collection_name(alias, embedder)
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
    current = await aliased(client, alias)
    if current is None:
        await switch(client, alias, name)
    elif current != name:
        log.warning("readers use another collection", alias=alias, readers=current, written=name)
    return name


async def aliased(client: AsyncQdrantClient, alias: str) -> str | None:
    """The collection that ``alias`` points at."""
    for known in (await client.get_aliases()).aliases:
        if known.alias_name == alias:
            return known.collection_name
    return None


async def switch(client: AsyncQdrantClient, alias: str, collection: str) -> None:
    """Point ``alias`` at ``collection`` in one step: readers see the old collection or the new one."""
    create = models.CreateAlias(collection_name=collection, alias_name=alias)
    operations: list[models.AliasOperations] = [models.CreateAliasOperation(create_alias=create)]
    if await aliased(client, alias) is not None:
        drop = models.DeleteAlias(alias_name=alias)
        operations.insert(0, models.DeleteAliasOperation(delete_alias=drop))
    await client.update_collection_aliases(operations)
