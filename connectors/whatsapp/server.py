"""Wires the webhook: the one place where its parts meet and things are opened and closed."""

import asyncio
from collections.abc import AsyncIterator

import structlog
import uvloop
from aiohttp import web
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from connectors.whatsapp.intake import Intake
from connectors.whatsapp.webhook import PATH, Webhook
from runtime import metrics
from runtime.clock import SystemClock
from runtime.codec import Encoder
from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.producer import Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, MetricsSettings, RegistrySettings, WebhookSettings
from schemas.topics import DELIVERY, INBOUND

log = structlog.get_logger(__name__)

_READY_SECONDS = 2.0


async def application(webhook: WebhookSettings, kafka: KafkaSettings, registry: RegistrySettings) -> web.Application:
    """The webhook's application, its producer open; closing the application closes the producer.

    Raises ``SchemaRefusedError`` or ``RegistryUnavailable`` when the schemas cannot be registered.
    """
    encoder = await asyncio.to_thread(_prepared, registry)
    producer = Producer(kafka, client_id="balcao.webhook")
    broker = Broker(kafka)
    app = Webhook(webhook, Intake(encoder, producer), clock=SystemClock(), reachable=broker.reachable).application()

    async def closing(_: web.Application) -> AsyncIterator[None]:
        yield
        await producer.close()

    app.cleanup_ctx.append(closing)
    log.info("webhook ready", host=webhook.host, port=webhook.port, path=PATH)
    return app


def _prepared(settings: RegistrySettings) -> Encoder:
    registry = Registry(settings)
    try:
        encoder = Encoder(registry)
        encoder.prepare(INBOUND, DELIVERY)
    finally:
        registry.close()
    return encoder


def serve(
    webhook: WebhookSettings, kafka: KafkaSettings, registry: RegistrySettings, monitoring: MetricsSettings
) -> None:
    """Serves until SIGTERM or SIGINT, then finishes the requests in hand. Blocks.

    Raises ``UserError`` when the port is taken.
    """
    metrics.serve(monitoring)
    loop = uvloop.new_event_loop()
    try:
        web.run_app(
            application(webhook, kafka, registry),
            host=webhook.host,
            port=webhook.port,
            loop=loop,
            access_log=None,
            print=None,
            shutdown_timeout=10,
        )
    except OSError as error:
        raise UserError(f"the webhook cannot listen on {webhook.host}:{webhook.port}: {error.strerror}") from error


class Broker:
    """Asks the broker for its topics, with a client of its own that is made at the first question."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._options = librdkafka(settings)
        self._admin: AdminClient | None = None

    async def reachable(self) -> bool:
        """Whether the broker answers within two seconds."""
        return await asyncio.to_thread(self._ask)

    def _ask(self) -> bool:
        if self._admin is None:
            # What it would log again and again while the broker is away, /readyz says
            self._admin = AdminClient({**self._options, "log_level": 2})
        try:
            self._admin.list_topics(timeout=_READY_SECONDS)
        except KafkaException:
            return False
        return True
