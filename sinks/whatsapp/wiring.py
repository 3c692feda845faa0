"""Wires the sender's station: the one place where its parts meet."""

from runtime.clock import SystemClock
from runtime.processor import KeyedProcessor, Processor
from runtime.settings import PlatformSender, WhatsAppSettings
from sinks.whatsapp.cloud_api import CloudApi
from sinks.whatsapp.sender import Sender
from sinks.whatsapp.statuses import Statuses
from store.pool import pool


def processors(platform: PlatformSender, whatsapp: WhatsAppSettings) -> list[Processor | KeyedProcessor]:
    """The sender and the settler of its attempts; nothing is connected before they start."""
    api = CloudApi(
        whatsapp.graph_url,
        whatsapp.access_token,
        seconds=whatsapp.request_seconds,
        connections=Sender.parallelism,
    )
    return [
        Sender(
            pool=pool(platform.dsn, application="whatsapp.sender", size=12),
            api=api,
            clock=SystemClock(),
            unclear_seconds=whatsapp.unclear_seconds,
        ),
        Statuses(pool=pool(platform.dsn, application="whatsapp.statuses", size=4)),
    ]
