"""Kafka Connect's REST API, as far as we use it.

Source: https://kafka.apache.org/documentation/#connect_rest
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, cast

import aiohttp

from runtime.errors import UserError
from runtime.settings import ConnectSettings

_TIMEOUT = aiohttp.ClientTimeout(total=90)
"""Seconds; validating a connector opens its database, and a rebalancing worker answers late."""


class ConnectError(UserError):
    """Connect refused; the sentence holds its own words."""


class ConnectClient:
    """An async context manager around one HTTP session. Every method raises ``ConnectError``."""

    def __init__(self, settings: ConnectSettings) -> None:
        self._url = settings.url.rstrip("/")

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT, headers={"Content-Type": "application/json"})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def validate(self, config: Mapping[str, str]) -> list[str]:
        """What is wrong with the configuration, a sentence each; empty when it is right."""
        plugin = config["connector.class"].rpartition(".")[2]
        result = await self._call("PUT", f"/connector-plugins/{plugin}/config/validate", config)
        return sentences(result)

    async def configured(self, name: str) -> Mapping[str, str] | None:
        """The connector's configuration, secrets still by reference; ``None`` when Connect has no such connector."""
        found = await self._call("GET", f"/connectors/{name}/config", missing_ok=True)
        return cast(Mapping[str, str] | None, found)

    async def put(self, name: str, config: Mapping[str, str]) -> None:
        """Create the connector or replace its configuration."""
        await self._call("PUT", f"/connectors/{name}/config", config)

    async def status(self, name: str) -> Mapping[str, Any] | None:
        """Connect's status document; ``None`` when there is no such connector."""
        found = await self._call("GET", f"/connectors/{name}/status", missing_ok=True)
        return cast(Mapping[str, Any] | None, found)

    async def restart(self, name: str) -> None:
        """Restart the connector and all its tasks."""
        await self._call("POST", f"/connectors/{name}/restart?includeTasks=true&onlyFailed=false")

    async def _call(self, method: str, path: str, body: Any = None, *, missing_ok: bool = False) -> Any:
        try:
            async with self._session.request(method, self._url + path, json=body) as response:
                if response.status == 404 and missing_ok:
                    return None
                if response.status in (202, 204):
                    return None
                document = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectError(
                f"Kafka Connect at {self._url} does not answer ({error}); see `balcao status` and `balcao logs connect`"
            ) from error
        if response.status >= 400:
            words = document.get("message", document) if isinstance(document, dict) else document
            raise ConnectError(f"Kafka Connect refused {method} {path}: {words}")
        return document


def sentences(validation: Mapping[str, Any]) -> list[str]:
    """Connect's validation result as sentences: ``name = value: what is wrong``, secrets left out."""
    found = []
    for entry in validation["configs"]:
        value = entry["value"]
        for error in value["errors"]:
            shown = "(hidden)" if "password" in value["name"] else repr(value.get("value"))
            found.append(f"{value['name']} = {shown}: {error.rstrip('.')}.")
    return found
