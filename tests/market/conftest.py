"""A market of its own for what agents write, as the role that writes it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from psycopg import AsyncConnection

from deploy.local.stack import Stack
from tests.market.world import World
from tests.store.databases import Database, fill, made


@pytest.fixture(scope="session")
def shop(stack: Stack) -> Iterator[Database]:
    """A marketplace of size S."""
    with made(stack, "marketplace_owner", "marketplace") as database:
        fill(database)
        yield database


@pytest.fixture
async def agent(shop: Database) -> AsyncIterator[AsyncConnection[Any]]:
    """The market as the agents write it."""
    async with await AsyncConnection.connect(shop.dsn("marketplace_agent"), autocommit=True) as connection:
        yield connection


@pytest.fixture
async def world(shop: Database) -> AsyncIterator[World]:
    """The market as the test arranges and looks at it: everything is allowed, each statement commits."""
    async with await AsyncConnection.connect(shop.dsn("marketplace_owner"), autocommit=True) as connection:
        yield World(connection, shop)
