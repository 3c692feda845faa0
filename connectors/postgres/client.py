"""Kafka Connect's REST API, as far as we use it.

Source: https://kafka.apache.org/documentation/#connect_rest
"""

from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, cast

import aiohttp
import structlog

from runtime.clock import Clock
from runtime.errors import UserError
from runtime.retry import Backoff, retry
from runtime.settings import ConnectSettings

log = structlog.get_logger(__name__)

_TIMEOUT = aiohttp.ClientTimeout(total=90)
"""Seconds; validating a connector opens its database, and a rebalancing worker answers late."""

_REBALANCE = Backoff(first=0.25, ceiling=2.0, attempts=60)
"""A minute and a half: each connector that is made or changed lets Connect's workers share out the work anew."""

_REBALANCE_WORDS = "a rebalance is expected"


class ConnectError(UserError):
    """Connect refused; the sentence holds its own words."""


class RebalanceError(ConnectError):
    """Connect's workers are sharing out the work anew, and it asks for patience. It passes.

    A call that another worker may answer is put off with 409; one that only reads its own worker's configuration, with
    500 and the words of ``DistributedHerder.checkRebalanceNeeded``.
    """


class ConnectClient:
    """An async context manager around one HTTP session. Every method raises ``ConnectError``.

    What Connect puts off during a rebalance is asked again for up to a minute and a half: every call is idempotent.
    """

    def __init__(self, settings: ConnectSettings, *, clock: Clock | None = None) -> None:
        self._url = settings.url.rstrip("/")
        self._clock = clock

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
        def notice(error: Exception, attempts: int, delay: float) -> None:
            log.info("kafka connect rebalances", attempts=attempts, retry_in=round(delay, 2))

        return await retry(
            lambda: self._once(method, path, body, missing_ok=missing_ok),
            backoff=_REBALANCE,
            on=RebalanceError,
            clock=self._clock,
            notice=notice,
        )

    async def _once(self, method: str, path: str, body: Any, *, missing_ok: bool) -> Any:
        try:
            async with self._session.request(method, self._url + path, json=body) as response:
                if response.status == HTTPStatus.NOT_FOUND and missing_ok:
                    return None
                if response.status in (HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT):
                    return None
                document = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectError(
                f"Kafka Connect at {self._url} does not answer ({error}); see `balcao status` and `balcao logs connect`"
            ) from error
        if response.status >= HTTPStatus.BAD_REQUEST:
            words = document.get("message", document) if isinstance(document, dict) else document
            rebalances = response.status == HTTPStatus.CONFLICT or _REBALANCE_WORDS in str(words)
            kind = RebalanceError if rebalances else ConnectError
            raise kind(f"Kafka Connect refused {method} {path}: {words}")
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
