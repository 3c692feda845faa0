"""Delivering webhooks: signed, in order within a lane, repeated until the platform answers 200."""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Final

import aiohttp
import structlog
from pydantic import SecretStr

from deploy.local.simulator import signature
from deploy.local.simulator.feed import sleep_until_set
from deploy.local.simulator.messages import Status, Webhook
from deploy.local.simulator.retry import Schedule
from deploy.local.simulator.store import Store

log = structlog.get_logger(__name__)

AT_ONCE: Final = 64
"""Requests in flight to the platform at the same time."""

Told = Callable[[str, str, Status], None]


class Courier:
    """Sends the store's webhooks to ``url``."""

    def __init__(
        self,
        store: Store,
        *,
        url: str,
        app_secret: SecretStr,
        schedule: Schedule,
        timeout_seconds: float,
        now_ms: Callable[[], float],
        random: Random,
    ) -> None:
        self._store = store
        self._url = url
        self._app_secret = app_secret
        self._schedule = schedule
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._now_ms = now_ms
        self._random = random
        self._told: Told = _nobody
        self._lanes: dict[str, deque[Webhook]] = {}
        self._woken: dict[str, asyncio.Event] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._group: asyncio.TaskGroup | None = None
        self._session: aiohttp.ClientSession | None = None
        self.failures = 0
        self.last_failure: str | None = None

    async def run(self, allowed: asyncio.Event, told: Told) -> None:
        """Deliver until cancelled; nothing is sent before ``allowed`` is set. Raises what a bug raises.

        ``told(wamid, contact, status)`` is called as notifications get there.
        """
        self._told = told
        await allowed.wait()
        async with aiohttp.ClientSession(timeout=self._timeout) as self._session, asyncio.TaskGroup() as self._group:
            for webhook in self._store.waiting():
                self._enqueue(self._group, webhook)
            await asyncio.Event().wait()

    def deliver(self, webhook: Webhook) -> None:
        """Take a stored webhook; before ``run`` has begun it stays in the store, where ``run`` finds it."""
        if self._group is not None:
            self._enqueue(self._group, webhook)

    def hurry(self) -> int:
        """Try every waiting webhook now instead of when it is due; how many lanes that woke."""
        for event in self._woken.values():
            event.set()
        return len(self._woken)

    def _enqueue(self, group: asyncio.TaskGroup, webhook: Webhook) -> None:
        lane = self._lanes.get(webhook.lane)
        if lane is not None:
            lane.append(webhook)
            return
        self._lanes[webhook.lane] = deque([webhook])
        self._woken[webhook.lane] = asyncio.Event()
        group.create_task(self._drain(webhook.lane))

    async def _drain(self, name: str) -> None:
        lane, woken = self._lanes[name], self._woken[name]
        while lane:
            webhook, attempts, due_ms = lane[0], lane[0].attempts, lane[0].due_ms
            while True:
                await self._until(due_ms, woken)
                failure = await self._attempt(webhook)
                if failure is None:
                    break
                attempts += 1
                self.failures += 1
                self.last_failure = failure
                now = self._now_ms()
                if self._schedule.given_up((now - webhook.created_ms) / 1000):
                    log.error("webhook given up", seq=webhook.seq, attempts=attempts, failure=failure)
                    break
                seconds = self._schedule.delay(attempts, self._random)
                log.warning("webhook failed", seq=webhook.seq, attempts=attempts, failure=failure, again_in=seconds)
                due_ms = now + seconds * 1000
                self._store.postpone(webhook, due_ms)
            self._store.settle(webhook)
            lane.popleft()
        del self._lanes[name], self._woken[name]

    async def _until(self, due_ms: float, woken: asyncio.Event) -> None:
        woken.clear()
        while not woken.is_set() and (left := due_ms - self._now_ms()) > 0:
            await sleep_until_set(woken, left / 1000)

    async def _attempt(self, webhook: Webhook) -> str | None:
        """Send once; why it failed, or ``None``."""
        assert self._session is not None
        if webhook.step is not None:
            self._told(webhook.wamid, webhook.contact, webhook.step)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            signature.HEADER: signature.sign(webhook.body, self._app_secret.get_secret_value()),
        }
        try:
            async with (
                self._at_once,
                self._session.post(self._url, data=webhook.body, headers=headers, allow_redirects=False) as response,
            ):
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__
        if status != 200:
            return f"HTTP {status}"
        if webhook.step is None:
            self._told(webhook.wamid, webhook.contact, "delivered")
        return None


def _nobody(wamid: str, contact: str, status: Status) -> None:
    """Told before ``run`` says whom to tell."""
