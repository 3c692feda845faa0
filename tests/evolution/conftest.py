"""What the evolution tests use: the marketplace's owner, who alters tables, and an analyst's eyes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg import AsyncConnection

from deploy.local.stack import Stack
from runtime.settings import BigQuerySettings, load
from sinks.bigquery.warehouse import Warehouse


@pytest.fixture
async def owner(platform: Stack) -> AsyncIterator[AsyncConnection[Any]]:
    """The marketplace as its migrations see it; each statement commits."""
    dsn = platform.environment()["BALCAO_MARKETPLACE_OWNER_DSN"]
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def analyst(platform: Stack) -> AsyncIterator[Warehouse]:
    """The stack's warehouse."""
    warehouse = Warehouse(load(BigQuerySettings))
    yield warehouse
    await warehouse.close()
