"""How a product is kept in the vector index: what its writer and its readers agree on."""

from collections.abc import Sequence
from typing import TypedDict

from qdrant_client import AsyncQdrantClient

from runtime.errors import UserError
from runtime.text.embedder import Embedder

DENSE = "dense"
SPARSE = "sparse"
LAYOUT = 1
"""Counts up when a point's payload changes in a way that needs every product to be written again."""


class OfferPayload(TypedDict):
    """One active offer; ``price`` in BRL for one unit."""

    offer_id: int
    supplier_id: int
    supplier: str
    price: float
    minimum_quantity: int
    available: int


class PointState(TypedDict):
    """What every point has, also a tombstone: ``version``, then ``offset`` order the changes of a product."""

    product_id: int
    version: int
    offset: int
    deleted: bool
    changed_at: str


class ProductPayload(PointState):
    """A living product. Its point id is ``product_id``; a tombstone has no vectors, so that no search finds it.

    Prices are numbers for filters and rankings; what is quoted to a customer comes from the database.
    """

    name: str
    active_ingredients: list[str]
    presentation: str
    manufacturer: str
    gtin: str | None
    anvisa_registration: str | None
    stripe: str
    ceiling_price: float | None
    offers: list[OfferPayload]
    lowest_price: float | None
    available: int
    text_hash: str


def collection_name(alias: str, embedder: Embedder, generation: int = 1) -> str:
    """The collection that holds the vectors of ``embedder`` behind ``alias``; a later generation has them made anew."""
    name = f"{alias}--{embedder.name}-{embedder.version}-{LAYOUT}"
    return name if generation == 1 else f"{name}.{generation}"


async def aliased(client: AsyncQdrantClient, alias: str) -> str | None:
    """The collection that ``alias`` points at."""
    for known in (await client.get_aliases()).aliases:
        if known.alias_name == alias:
            return known.collection_name
    return None


async def made_by(client: AsyncQdrantClient, collection: str) -> tuple[str, int]:
    """Name and version of the embedder whose vectors the collection holds."""
    metadata = (await client.get_collection(collection)).config.metadata or {}
    return str(metadata.get("embedder", "")), int(metadata.get("embedder_version", 0))


class Located:
    """Which collection is in use and which of the embedders made its vectors. Safe to share between tasks."""

    def __init__(self, client: AsyncQdrantClient, alias: str, embedders: Sequence[Embedder]) -> None:
        self._client = client
        self._alias = alias
        self._embedders = {(each.name, each.version): each for each in embedders}
        self._known: dict[str, Embedder] = {}

    async def now(self) -> tuple[str, Embedder] | None:
        """Asks the index; ``None`` when the alias points at nothing. Raises what the client raises.

        Raises ``UnknownEmbedderError`` for a collection of an embedder that this program does not have.
        """
        name = await aliased(self._client, self._alias)
        if name is None:
            return None
        if name not in self._known:
            key = await made_by(self._client, name)
            if key not in self._embedders:
                raise UnknownEmbedderError(
                    f"the index {name} has the vectors of {key[0]} {key[1]}, which this program does not have: "
                    "deploy a version that has it, or point the alias back with `balcao index switch`"
                )
            self._known[name] = self._embedders[key]
        return name, self._known[name]


class UnknownEmbedderError(UserError):
    """The index in use was made by an embedder that this program does not have."""
