"""Databases for the tests of ``store``."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from psycopg import AsyncConnection

from deploy.local.stack import Stack
from tests.store.databases import Database, fill, made


@pytest.fixture(scope="session")
def market(stack: Stack) -> Iterator[Database]:
    """A marketplace with a market of size S in it."""
    with made(stack, "marketplace_owner", "marketplace") as database:
        fill(database)
        yield database


@pytest.fixture
async def reader(market: Database) -> AsyncIterator[AsyncConnection[Any]]:
    """The market as streams and tools read it."""
    async with await AsyncConnection.connect(market.dsn("marketplace_reader"), autocommit=True) as connection:
        yield connection


@pytest.fixture
async def writer(market: Database) -> AsyncIterator[AsyncConnection[Any]]:
    """The market as its application writes it; each statement commits."""
    async with await AsyncConnection.connect(market.dsn("marketplace_writer"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def talks(stack: Stack) -> Iterator[Database]:
    """A platform database without conversations."""
    with made(stack, "platform_owner", "platform") as database:
        yield database


@pytest.fixture
async def agent(talks: Database) -> AsyncIterator[AsyncConnection[Any]]:
    """The platform as an agent writes turns."""
    async with await AsyncConnection.connect(talks.dsn("platform_agent"), autocommit=True) as connection:
        yield connection


@pytest.fixture
async def sender(talks: Database) -> AsyncIterator[AsyncConnection[Any]]:
    """The platform as the WhatsApp sender keeps its attempts."""
    async with await AsyncConnection.connect(talks.dsn("platform_sender"), autocommit=True) as connection:
        yield connection
