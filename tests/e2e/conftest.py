"""What the end-to-end tests use: connections to the running platform and eyes on its topics."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from psycopg import AsyncConnection

from deploy.demo.conversation import Conversation
from deploy.demo.topic_watch import TopicWatch
from deploy.local.stack import Stack
from runtime.codec import Decoder
from runtime.registry import Registry
from runtime.settings import KafkaSettings, MarketplaceReader, MarketplaceWriter, RegistrySettings, load
from schemas.topic import Topic
from store import probes
from tests.browser.fixtures import browser_page

__all__ = ["browser_page"]

Watching = Callable[[Topic, Callable[[Any], object | None]], AbstractAsyncContextManager[TopicWatch]]


@pytest.fixture
async def marketplace(platform: Stack) -> AsyncIterator[AsyncConnection[Any]]:
    """The marketplace as its own application writes it; each statement commits."""
    dsn = load(MarketplaceWriter).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def watching(platform: Stack) -> Watching:
    """Eyes on a topic from its end on: ``async with watching(topic, identify) as watch: watch.expect(identity)``."""

    @asynccontextmanager
    async def watch(topic: Topic, identify: Callable[[Any], object | None]) -> AsyncIterator[TopicWatch]:
        eyes = TopicWatch(load(KafkaSettings), Decoder(Registry(load(RegistrySettings))), topic, identify)
        await eyes.start()
        try:
            yield eyes
        finally:
            await eyes.stop()

    return watch


@pytest.fixture
async def conversation(platform: Stack) -> AsyncIterator[Conversation]:
    """A phone in the simulator."""
    async with Conversation(platform.layout().url("simulator")) as phone:
        yield phone


@pytest.fixture(scope="session")
def pharmacists() -> list[probes.Writer]:
    """Contacts handed out so far, so that each test has one of its own."""
    return []


@pytest.fixture
async def pharmacist(platform: Stack, pharmacists: list[probes.Writer]) -> probes.Writer:
    """A contact of a pharmacy with orders, whom no other test uses."""
    dsn = load(MarketplaceReader).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        found = await probes.writers(connection, len(pharmacists) + 1)
    pharmacists.append(found[-1])
    return found[-1]
