"""Databases of a test's own on the stack's PostgreSQL, so that no other test's rows are in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
from psycopg import sql

from deploy.local.postgres import SUPERUSER
from deploy.local.stack import Stack
from store.generator.load import load
from store.generator.market import market
from store.generator.sizes import SIZES
from store.migrate import migrate

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Database:
    """A database and how each role reaches it."""

    name: str
    stack: Stack

    def dsn(self, role: str) -> str:
        return self.stack.layout().dsn(role, self.name)


@contextmanager
def made(stack: Stack, owner: str, folder: str | None = None) -> Iterator[Database]:
    """A database of ``owner``, migrated with ``folder``; dropped at the end."""
    database = Database(f"test_{uuid4().hex[:12]}", stack)
    name = sql.Identifier(database.name)
    with psycopg.connect(stack.layout().dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(owner)))
        try:
            if folder is not None:
                migrate(folder, database.dsn(owner))
            yield database
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def fill(database: Database) -> dict[str, int] | None:
    """Copies a market of size S into it."""
    with psycopg.connect(database.dsn("marketplace_writer")) as connection:
        return load(connection, market(SIZES["S"], seed=7, now=NOW), lambda _table, _rows: None)
