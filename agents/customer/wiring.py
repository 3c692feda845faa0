"""Wires the customer agent: the one place where its parts meet."""

from collections.abc import Sequence

from agents.customer.processor import CustomerAgent
from agents.llm.ledger import PlatformLedger
from agents.llm.models import models, transcriber
from agents.media.barcode import BarcodeReader
from agents.media.channel import ChannelMedia
from agents.media.model import ModelReader
from agents.media.reader import Reader, Readers
from agents.media.voice import VoiceReader
from runtime.clock import SystemClock
from runtime.codec import Encoder
from runtime.product_index import ProductIndex
from runtime.registry import Registry
from runtime.settings import (
    ChannelSettings,
    LLMSettings,
    MarketplaceAgent,
    MarketplaceReader,
    PlatformAgent,
    QdrantSettings,
    RegistrySettings,
)
from store.pool import pool


def customer_agent(
    platform: PlatformAgent,
    marketplace: MarketplaceReader,
    writer: MarketplaceAgent,
    qdrant: QdrantSettings,
    *,
    registry: RegistrySettings,
    llm: LLMSettings,
    channel: ChannelSettings,
) -> CustomerAgent:
    """The agent over the real databases and index; nothing is connected before it starts."""
    index = ProductIndex(qdrant)
    schemas = Registry(registry)
    encoder = Encoder(schemas)
    clock = SystemClock()
    talks = pool(platform.dsn, application="customer.platform", size=12, planned_once=True)

    async def search(words: str, limit: int) -> Sequence[tuple[int, float]]:
        return [(hit.product_id, hit.score) for hit in await index.search(words, limit)]

    async def close() -> None:
        schemas.close()
        await index.close()

    ledger = PlatformLedger(talks, encoder)
    chosen = models(llm, ledger, clock)
    readers: list[Reader] = [BarcodeReader()]
    if chosen is not None:
        readers.append(ModelReader(chosen.router))
    if (hears := transcriber(llm, ledger, clock)) is not None:
        readers.append(VoiceReader(hears))
    return CustomerAgent(
        platform=talks,
        marketplace=pool(marketplace.dsn, application="customer.marketplace", size=12),
        writer=pool(writer.dsn, application="customer.writer", size=6),
        search=search,
        encoder=encoder,
        clock=clock,
        media=Readers(ChannelMedia(channel.graph_url, channel.access_token), readers),
        models=chosen,
        close=close,
    )
