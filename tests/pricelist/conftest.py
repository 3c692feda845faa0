"""A marketplace without a row, for importing into."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from tests.store.databases import Database, made


@pytest.fixture
def empty(stack: Stack) -> Iterator[Database]:
    """A migrated marketplace without rows."""
    with made(stack, "marketplace_owner", "marketplace") as database:
        yield database
