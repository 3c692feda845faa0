"""Changes into points: embeds what is new, writes under a guard, and checks what a guard may have refused."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, cast

from qdrant_client import AsyncQdrantClient, models

from runtime.product_points import DENSE, SPARSE
from runtime.text.embedder import Embedder
from sinks.qdrant.guard import newer, replaces_any, replaces_same_text
from sinks.qdrant.plan import Change, Stored, decide

POINTS_PER_REQUEST = 200
"""About 1.5 MB of JSON at 384 dimensions; a server takes 32 MB. Also how many guards one request compares."""


class Writer:
    """Writes changes of products into one collection. Safe to call for different products at once."""

    def __init__(self, client: AsyncQdrantClient, collection: str, embedder: Embedder) -> None:
        self._client = client
        self._collection = collection
        self._embedder = embedder

    async def write(self, changes: Sequence[Change]) -> None:
        """Returns when the index holds each change or something newer of its product.

        At most one change a product. Raises what the client raises; the same call again is safe.
        """
        for part in _parts(changes):
            plan = decide(part, await self._stored(part))
            await self._replace([*plan.embed, *plan.bury])
            await self._keep_vectors(plan.keep_vectors)

    async def _stored(self, changes: Sequence[Change]) -> dict[int, Stored]:
        points = await self._client.retrieve(
            self._collection,
            [change.state["product_id"] for change in changes],
            with_payload=["product_id", "version", "offset", "deleted", "changed_at", "text_hash"],
            with_vectors=False,
        )
        return {int(point.id): cast("Stored", point.payload) for point in points}

    async def _replace(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        points = await asyncio.to_thread(self._points, changes)
        await self._client.upsert(
            self._collection, points, wait=True, update_filter=replaces_any(change.state for change in changes)
        )

    async def _keep_vectors(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        await self._client.batch_update_points(
            self._collection,
            [
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(
                        payload=dict(change.payload),
                        filter=replaces_same_text(change.state, change.payload["text_hash"]),
                    )
                )
                for change in changes
                if change.payload is not None
            ],
            wait=True,
        )
        # Another process, not yet told that it lost the partition, may have changed the text in between. Then the
        # guard refused this newer payload, and the whole point must be written.
        stored = await self._stored(changes)
        await self._replace(
            [
                change
                for change in changes
                if change.state["product_id"] not in stored or newer(change.state, stored[change.state["product_id"]])
            ]
        )

    def _points(self, changes: Sequence[Change]) -> list[models.PointStruct]:
        texts = [change.text for change in changes if change.text is not None]
        dense = iter(self._embedder.embed(texts).tolist()) if texts else iter(())
        sparse = iter(self._embedder.sparse(texts))
        points: list[models.PointStruct] = []
        for change in changes:
            vectors: dict[str, Any] = {}
            if change.text is not None:
                indices, values = next(sparse)
                vectors = {DENSE: next(dense), SPARSE: models.SparseVector(indices=indices, values=values)}
            payload = dict(change.payload if change.payload is not None else change.state)
            points.append(models.PointStruct(id=change.state["product_id"], vector=vectors, payload=payload))
        return points


def _parts(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    for start in range(0, len(changes), POINTS_PER_REQUEST):
        yield changes[start : start + POINTS_PER_REQUEST]
