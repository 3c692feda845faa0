"""A marketplace without a row, for importing into."""

from collections.abc import Iterator

import psycopg
import pytest

from deploy.local.stack import Stack
from tests.store.databases import Database, made


@pytest.fixture(scope="session")
def bare(stack: Stack) -> Iterator[Database]:
    """A migrated marketplace."""
    with made(stack, "marketplace_owner", "marketplace") as database:
        yield database


@pytest.fixture
def empty(bare: Database) -> Database:
    """The same, without rows."""
    with psycopg.connect(bare.dsn("marketplace_owner")) as connection:
        connection.execute("TRUNCATE suppliers, products CASCADE")
    return bare
