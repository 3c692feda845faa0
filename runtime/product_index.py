"""Products by what people call them: hybrid search in the vector index, then a check of the words and numbers."""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from qdrant_client import models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from runtime.product_points import DENSE, SPARSE
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
_RRF_K = 10


class ProductIndexUnavailable(Exception):  # noqa: N818 - a state of the index
    """The index does not answer, or has no collection yet; the same search may work later."""


@dataclass(frozen=True, slots=True)
class ProductHit:
    """One product. ``score`` (0 to 1) says how well it answers the words and numbers asked for; see ``FOUND``.

    ``payload`` is a ``runtime.product_points.ProductPayload``.
    """

    product_id: int
    name: str
    presentation: str
    manufacturer: str
    stripe: str
    score: float
    payload: dict[str, Any]

    @property
    def found(self) -> bool:
        """Sure enough to answer about this product without asking back."""
        return self.score >= FOUND


class ProductIndex:
    """Reads the collection behind ``settings.collection``; safe to share between tasks. Close it at the end."""

    def __init__(self, settings: QdrantSettings, embedder: Embedder | None = None) -> None:
        """``embedder`` must be the one that wrote the collection; the offline one when left out."""
        self._collection = settings.collection
        self._embedder = embedder or OfflineEmbedder()
        self._client = connect(settings, timeout_s=5)

    async def search(self, text: str, limit: int = 5, filters: models.Filter | None = None) -> list[ProductHit]:
        """Products for a free Portuguese text, most likely first; of equal ones those in stock come first.

        Products without any likeness are left out, so that the list may be shorter than ``limit`` or empty. Raises
        ``ProductIndexUnavailable``.
        """
        asked = request_text(text)
        if not asked:
            return []
        dense, (indices, values) = await asyncio.to_thread(self._vectors, asked)
        try:
            answer = await self._client.query_points(
                self._collection,
                prefetch=[
                    models.Prefetch(query=dense, using=DENSE, limit=_CANDIDATES, filter=filters),
                    models.Prefetch(
                        query=models.SparseVector(indices=indices, values=values),
                        using=SPARSE,
                        limit=_CANDIDATES,
                        filter=filters,
                    ),
                ],
                query=models.RrfQuery(rrf=models.Rrf(k=_RRF_K)),
                limit=_CANDIDATES,
                with_payload=True,
            )
        except (ResponseHandlingException, UnexpectedResponse) as error:
            raise ProductIndexUnavailable(f"the product index did not answer: {error}") from error
        return rank(text, [point.payload or {} for point in answer.points])[:limit]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _vectors(self, text: str) -> tuple[list[float], tuple[list[int], list[float]]]:
        return self._embedder.embed([text])[0].tolist(), self._embedder.sparse_query(text)


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
            payload=payload,
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
