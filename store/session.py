"""A command's connection, with the errors that a person can repair as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from pydantic import SecretStr

from runtime.errors import UserError


@contextmanager
def session(dsn: SecretStr, *, application: str = "balcao") -> Iterator[Connection[Any]]:
    """A connection that commits at the end and takes everything back on an exception. Blocks.

    Raises ``UserError`` when the database is away or was never migrated.
    """
    try:
        with psycopg.connect(dsn.get_secret_value(), application_name=application, connect_timeout=10) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise UserError(f"The database went away or is not up: {' '.join(str(error).split())}") from error
    except psycopg.errors.UndefinedTable as error:
        raise UserError(f"{error.diag.message_primary}: run `balcao db migrate` first.") from error
