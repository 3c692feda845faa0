"""The client of the vector index, made from settings in one place."""

import httpx
from qdrant_client import AsyncQdrantClient

from runtime.settings import QdrantSettings


def connect(settings: QdrantSettings, *, timeout_s: int = 30) -> AsyncQdrantClient:
    """A REST client; nothing is sent until its first call. Close it with ``await client.close()``.

    Connections are kept open: the library opens one for each request to 127.0.0.1 otherwise.
    """
    return AsyncQdrantClient(
        url=settings.url,
        api_key=settings.api_key.get_secret_value() if settings.api_key else None,
        timeout=timeout_s,
        limits=httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=10),
        # The check runs in a thread of its own and only warns.
        check_compatibility=False,
    )
