"""The HTTP server that Meta calls: 200 says that the broker has everything, anything else makes Meta send it again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from aiohttp import web

from connectors.whatsapp import signature
from connectors.whatsapp.intake import Intake, TooLargeError
from runtime import metrics
from runtime.clock import Clock
from runtime.producer import ProduceError
from runtime.settings import WebhookSettings

log = structlog.get_logger(__name__)

LARGEST_BODY = 3 * 1024 * 1024
"""Bytes; Meta's own limit for a webhook's payload."""
PATH = "/webhooks/whatsapp"


class Webhook:
    """The endpoints over one intake.

    ``reachable`` says whether the broker answers; it is asked by ``/readyz`` only. ``confirm_seconds`` is how long the
    broker may take before the request is answered 503; what it confirms later is a duplicate, which a turn tells by
    the message's id.
    """

    def __init__(
        self,
        settings: WebhookSettings,
        intake: Intake,
        *,
        clock: Clock,
        reachable: Callable[[], Awaitable[bool]],
        confirm_seconds: float = 5,
    ) -> None:
        self._secret = settings.app_secret.get_secret_value().encode()
        self._token = settings.verify_token.get_secret_value()
        self._intake = intake
        self._clock = clock
        self._reachable = reachable
        self._confirm_seconds = confirm_seconds

    def application(self) -> web.Application:
        """The aiohttp application; nothing is open yet."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_get(PATH, self.verify)
        app.router.add_post(PATH, self.receive)
        app.router.add_get("/healthz", self.healthy)
        app.router.add_get("/readyz", self.ready)
        return app

    async def verify(self, request: web.Request) -> web.Response:
        """Meta's check that the address is ours: it must know the token, and gets its challenge back."""
        query = request.query
        known = signature.same(query.get("hub.verify_token", ""), self._token)
        if query.get("hub.mode") != "subscribe" or not known:
            return self._answer(403, "the verify token is not ours\n")
        return self._answer(200, query.get("hub.challenge", ""))

    async def receive(self, request: web.Request) -> web.Response:
        """A notification. Nothing of it is produced before its signature holds."""
        received_at = datetime.fromtimestamp(self._clock.now(), UTC)
        body = await request.read()
        if not signature.is_genuine(self._secret, body, request.headers.get(signature.HEADER)):
            return self._answer(401, "the signature does not match the body\n")
        try:
            async with asyncio.timeout(self._confirm_seconds):
                parsed = await self._intake.take(body, received_at=received_at)
        except (ProduceError, TimeoutError) as error:
            log.warning("not confirmed by the broker", error=str(error) or "timeout", bytes=len(body))
            return self._answer(503, "the broker did not confirm; send it again\n")
        except TooLargeError:
            log.warning("a signed body that is no payload is too large to keep", bytes=len(body))
            return self._answer(413, "no payload, and too large to keep\n")
        for misfit in parsed.misfits:
            log.warning("kept as a dead letter", cause=misfit.error.cause, bytes=len(misfit.body))
        metrics.WEBHOOK_SECONDS.observe(self._clock.now() - received_at.timestamp())
        return self._answer(200, "")

    async def healthy(self, request: web.Request) -> web.Response:
        """The process runs."""
        return web.Response(text="ok\n")

    async def ready(self, request: web.Request) -> web.Response:
        """The process can do its work: the broker answers."""
        if await self._reachable():
            return web.Response(text="ok\n")
        return web.Response(status=503, text="the broker does not answer\n")

    def _answer(self, status: int, text: str) -> web.Response:
        metrics.WEBHOOK_REQUESTS.labels(str(status)).inc()
        return web.Response(status=status, text=text)
