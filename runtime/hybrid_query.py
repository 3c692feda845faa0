"""The one request that every search makes, sent as it is: https://api.qdrant.tech/api-reference/search/query-points.

The client library makes and checks a model of each part of it and of each of its points, which costs more than the
search.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
from qdrant_client import models

from runtime.product_points import DENSE, SPARSE
from runtime.settings import QdrantSettings
from runtime.text.terms import Sparse


class QueryFailed(Exception):  # noqa: N818 - a state of the index
    """The index did not answer, or not with points."""


class CollectionGone(QueryFailed):
    """There is no such collection."""


class HybridQuery:
    """Asks by a dense and a sparse vector and fuses the two rankings. Connects at the first call; close it."""

    def __init__(
        self, settings: QdrantSettings, *, limit: int, rrf_k: int, fields: Sequence[str], seconds: float
    ) -> None:
        """``limit`` points of each ranking and of both; ``fields`` of the payload; an answer within ``seconds``."""
        self._url = settings.url.rstrip("/")
        self._key = settings.api_key
        self._limit = limit
        self._asked = {"query": {"rrf": {"k": rrf_k}}, "limit": limit, "with_payload": list(fields)}
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def payloads(
        self, collection: str, dense: Sequence[float], sparse: Sparse, filters: models.Filter | None
    ) -> list[dict[str, Any]]:
        """The payloads of the points found, best first. Raises ``QueryFailed``."""
        indices, values = sparse
        prefetch: list[dict[str, Any]] = [
            {"query": dense, "using": DENSE, "limit": self._limit},
            {"query": {"indices": indices, "values": values}, "using": SPARSE, "limit": self._limit},
        ]
        if filters is not None:
            only = filters.model_dump(mode="json", exclude_none=True)
            prefetch = [{**each, "filter": only} for each in prefetch]
        body = orjson.dumps({**self._asked, "prefetch": prefetch})
        try:
            async with self._open().post(f"{self._url}/collections/{collection}/points/query", data=body) as answer:
                raw = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise QueryFailed(f"{type(error).__name__} {error}".strip()) from error
        if answer.status != HTTPStatus.OK:
            failed = CollectionGone if answer.status == HTTPStatus.NOT_FOUND else QueryFailed
            raise failed(f"{answer.status} {raw[:200].decode('utf-8', 'replace')}")
        try:
            return [point["payload"] or {} for point in orjson.loads(raw)["result"]["points"]]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise QueryFailed(f"no points in {raw[:200].decode('utf-8', 'replace')}") from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"content-type": "application/json"}
            if self._key is not None:
                headers["api-key"] = self._key.get_secret_value()
            self._session = aiohttp.ClientSession(
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                connector=aiohttp.TCPConnector(limit=16, keepalive_timeout=10),
            )
        return self._session

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
