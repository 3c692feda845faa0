"""Asking the platform's webhook to prove that it expects us, as Meta does before it sends anything."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import structlog
from pydantic import SecretStr

from deploy.local.simulator.store import Store

log = structlog.get_logger(__name__)

_TRIES_SECONDS: Final = (0.1, 0.2, 0.4, 0.8, 1.6, 3.0)


@dataclass
class Subscription:
    """Whether ``url`` answered our challenge; it is remembered, so that a restart does not ask again."""

    store: Store
    url: str
    verify_token: SecretStr
    challenge: Callable[[], str] = lambda: str(secrets.randbelow(2**31))
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)
    failure: str | None = None
    verified_at: float | None = None

    def __post_init__(self) -> None:
        if self.store.fact("subscribed") == self.url:
            self.confirmed.set()

    async def run(self) -> None:
        """Verify until it succeeds, with growing pauses."""
        attempts = 0
        while not self.confirmed.is_set():
            if await self.verify() is not None:
                await asyncio.sleep(_TRIES_SECONDS[min(attempts, len(_TRIES_SECONDS) - 1)])
                attempts += 1

    async def verify(self) -> str | None:
        """Do the handshake once; why it failed, or ``None``. Source: Meta's page "Getting started with webhooks"."""
        challenge = self.challenge()
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": self.verify_token.get_secret_value(),
            "hub.challenge": challenge,
        }
        self.failure = await self._ask(query, challenge)
        if self.failure is not None:
            log.warning("webhook not verified", failure=self.failure)
            return self.failure
        self.verified_at = time.time()
        self.store.remember("subscribed", self.url)
        self.confirmed.set()
        log.info("webhook verified")
        return None

    async def _ask(self, query: dict[str, str], challenge: str) -> str | None:
        timeout = aiohttp.ClientTimeout(total=5)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(self.url, params=query, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    return f"HTTP {response.status}"
                answer = await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__
        return None if answer == challenge else "the answer is not the challenge"
