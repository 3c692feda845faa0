"""What the end-to-end tests use: connections to the running platform and eyes on its topics."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from psycopg import AsyncConnection

from deploy.demo.conversation import Conversation
from deploy.demo.topic_watch import TopicWatch
from deploy.local.stack import Stack
from runtime.registry import Registry
from runtime.settings import KafkaSettings, MarketplaceReader, MarketplaceWriter, PlatformAgent, RegistrySettings, load
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
        eyes = TopicWatch(load(KafkaSettings), Registry(load(RegistrySettings)), topic, identify)
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
def pharmacists() -> set[str]:
    """Contacts handed out so far, so that each test has one of its own."""
    return set()


@pytest.fixture
async def pharmacist(platform: Stack, pharmacists: set[str]) -> probes.Writer:
    """A contact of a pharmacy with orders, whom no other test uses and no person talks to."""
    marketplace = load(MarketplaceReader).dsn.get_secret_value()
    async with await AsyncConnection.connect(marketplace, autocommit=True) as connection:
        found = await probes.writers(connection, 300)
    agents = load(PlatformAgent).dsn.get_secret_value()
    async with await AsyncConnection.connect(agents, autocommit=True) as connection:
        busy = await probes.with_a_person(connection)
    chosen = next(writer for writer in found if writer.wa_id not in busy | pharmacists)
    pharmacists.add(chosen.wa_id)
    return chosen
