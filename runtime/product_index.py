"""Products by what people call them: hybrid search in the vector index, then a check of the words and numbers."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from qdrant_client import models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from runtime.hybrid_query import CollectionGone, HybridQuery, QueryFailed
from runtime.product_points import Located, UnknownEmbedderError
from runtime.qdrant import connect
from runtime.settings import QdrantSettings
from runtime.text.confidence import Product, Request, confidence, same_substance
from runtime.text.embedder import Embedder, OfflineEmbedder
from runtime.text.search_text import request_text

FOUND = 0.75
"""From this score on the product is the one that was named."""
SUGGEST = 0.4
"""From here to ``FOUND`` ask "did you mean ...?"; below it the product is not worth showing."""
DOUBT = 0.74
"""What is left of every score when several substances fit: less than ``FOUND``."""
_SPELT_OUT = 0.98
_NEARLY = 0.05
_CANDIDATES = 48
_ANSWER_SECONDS = 5
_RRF_K = 10
_RANKED_BY = ["product_id", "name", "active_ingredients", "presentation", "manufacturer", "stripe", "available"]
"""The fields of ``ProductPayload`` that ``rank`` reads: a product's offers are most of its payload."""
_LOOK_SECONDS = 2.0
"""How long a search may go on in a collection that the alias left; it is kept for longer."""


class ProductIndexUnavailable(Exception):  # noqa: N818 - a state of the index
    """The index does not answer, or has no collection yet; the same search may work later."""


@dataclass(frozen=True, slots=True)
class ProductHit:
    """One product. ``score`` (0 to 1) says how well it answers the words and numbers asked for; see ``FOUND``."""

    product_id: int
    name: str
    presentation: str
    manufacturer: str
    stripe: str
    score: float

    @property
    def found(self) -> bool:
        """Sure enough to answer about this product without asking back."""
        return self.score >= FOUND


class ProductIndex:
    """Reads the collection behind ``settings.collection``; safe to share between tasks. Close it at the end.

    A question is embedded as the collection in use was. While the alias moves to a new collection a search is answered
    from the old one, which is kept, or from the new one.
    """

    def __init__(
        self,
        settings: QdrantSettings,
        embedders: Sequence[Embedder] = (),
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``embedders`` are those whose vectors the index may hold; the offline one when left out."""
        self._client = connect(settings, timeout_s=_ANSWER_SECONDS)
        self._query = HybridQuery(settings, limit=_CANDIDATES, rrf_k=_RRF_K, fields=_RANKED_BY, seconds=_ANSWER_SECONDS)
        self._located = Located(self._client, settings.collection, embedders or [OfflineEmbedder()])
        self._monotonic = monotonic
        self._place: tuple[str, Embedder] | None = None
        self._looked = -math.inf

    async def search(self, text: str, limit: int = 5, filters: models.Filter | None = None) -> list[ProductHit]:
        """Products for a free Portuguese text, most likely first; of equal ones those in stock come first.

        Products without any likeness are left out, so that the list may be shorter than ``limit`` or empty. Raises
        ``ProductIndexUnavailable``.
        """
        asked = request_text(text)
        if not asked:
            return []
        try:
            try:
                found = await self._candidates(asked, filters)
            except CollectionGone:
                # the collection was discarded since we looked
                self._looked = -math.inf
                found = await self._candidates(asked, filters)
        except (ResponseHandlingException, UnexpectedResponse, QueryFailed, UnknownEmbedderError) as error:
            raise ProductIndexUnavailable(f"the product index did not answer: {error}") from error
        return rank(text, found)[:limit]

    async def _candidates(self, asked: str, filters: models.Filter | None) -> list[dict[str, Any]]:
        collection, embedder = await self._where()
        dense, sparse = await asyncio.to_thread(_vectors, embedder, asked)
        return await self._query.payloads(collection, dense, sparse, filters)

    async def _where(self) -> tuple[str, Embedder]:
        now = self._monotonic()
        if self._place is None or now - self._looked >= _LOOK_SECONDS:
            self._place = await self._located.now()
            self._looked = now
        if self._place is None:
            raise ProductIndexUnavailable("the product index has no collection yet")
        return self._place

    async def close(self) -> None:
        """Close the connections."""
        await self._query.close()
        await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _vectors(embedder: Embedder, text: str) -> tuple[list[float], tuple[list[int], list[float]]]:
    return embedder.embed([text])[0].tolist(), embedder.sparse_query(text)


def rank(text: str, payloads: list[dict[str, Any]]) -> list[ProductHit]:
    """Candidates, best first by the index, in the order of how well they answer ``text``. Pure.

    Where the name is not spelt out and another substance fits it nearly as well ("predniso"), none counts as found.
    """
    request = Request.read(text)
    rated: list[tuple[float, Product, dict[str, Any]]] = []
    for payload in payloads:
        product = Product.read(
            payload["name"], payload["active_ingredients"], payload["presentation"], payload["manufacturer"]
        )
        score = confidence(request, product)
        if score > 0.0:
            rated.append((score, product, payload))
    # Stable: of equal ones the index's order stays.
    rated.sort(key=lambda entry: (-round(entry[0], 2), entry[2]["available"] <= 0))
    share = DOUBT if _ambiguous(rated) else 1.0
    return [
        ProductHit(
            product_id=payload["product_id"],
            name=payload["name"],
            presentation=payload["presentation"],
            manufacturer=payload["manufacturer"],
            stripe=payload["stripe"],
            score=round(score * share, 4),
        )
        for score, _, payload in rated
    ]


def _ambiguous(rated: list[tuple[float, Product, dict[str, Any]]]) -> bool:
    if not rated or rated[0][0] >= _SPELT_OUT:
        return False
    best, product, _ = rated[0]
    return any(
        best - score < _NEARLY and not same_substance(product, other) for score, other, _ in rated[1:] if score >= FOUND
    )
