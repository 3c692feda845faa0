"""Applies the migrations of one database: plain SQL files, each once, in order, each in a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations
from yoyo.exceptions import BadMigration

from runtime.errors import UserError

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x62616C63616F
"""The advisory lock that keeps two runs apart; it ends with its connection, so a killed run leaves none behind."""


def migrate(database: str, dsn: str, *, wait_seconds: float = 60) -> list[str]:
    """The ids of the migrations now applied to ``database`` (a folder of ``store/migrations``); empty when up to date.

    Blocks, also while another run holds the lock. Raises ``UserError`` when the database is away, when the lock is not
    free within ``wait_seconds``, and when a migration fails; those before it stay applied.
    """
    migrations = read_migrations(str(MIGRATIONS / database))
    try:
        with _lock(database, dsn, wait_seconds), get_backend(_uri(dsn)) as backend:
            applied = []
            for migration in backend.to_apply(migrations):
                backend.apply_one(migration)
                applied.append(str(migration.id))
            return applied
    except (psycopg.Error, BadMigration) as error:
        raise UserError(f"The database {database!r} was not migrated: {_sentence(error)}") from error


def roll_back(database: str, dsn: str) -> list[str]:
    """Takes every applied migration back, newest first; ``migrate`` can apply them again. Loses the database's data."""
    migrations = read_migrations(str(MIGRATIONS / database))
    with _lock(database, dsn, 60), get_backend(_uri(dsn)) as backend:
        taken = []
        for migration in backend.to_rollback(migrations):
            backend.rollback_one(migration)
            taken.append(str(migration.id))
        return taken


@contextmanager
def _lock(database: str, dsn: str, wait_seconds: float) -> Iterator[None]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{int(wait_seconds * 1000)}ms"])
        try:
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        except psycopg.errors.LockNotAvailable:
            raise UserError(
                f"Another run is migrating the database {database!r}; wait for it, then try again."
            ) from None
        yield


def _uri(dsn: str) -> str:
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    user, password = quote(parts.pop("user", ""), safe=""), quote(parts.pop("password", ""), safe="")
    host, port = parts.pop("host", "localhost"), parts.pop("port", "5432")
    database = parts.pop("dbname", "")
    return f"postgresql+psycopg://{user}:{password}@{host}:{port}/{database}?{urlencode(parts)}"


def _sentence(error: Exception) -> str:
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return error.diag.message_primary
    return " ".join(str(error).split())
