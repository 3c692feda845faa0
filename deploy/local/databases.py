"""The databases and their roles, brought to what is declared here each time the stack comes up."""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection, connect, sql

from deploy.local.layout import Layout
from deploy.local.postgres import SUPERUSER


@dataclass(frozen=True)
class Database:
    """A database, the role that owns it, and the roles that may connect besides."""

    name: str
    owner: str
    users: tuple[str, ...] = ()


DATABASES = (
    Database(
        "marketplace",
        "marketplace_owner",
        ("marketplace_writer", "marketplace_reader", "marketplace_agent", "debezium"),
    ),
    Database("platform", "platform_owner", ("platform_agent", "platform_sender", "debezium")),
    Database("registry", "registry"),
)


def apply(layout: Layout) -> None:
    """Create what is missing and set every password. Idempotent; needs a running server, blocks for under a second.

    What a role may do with tables is the migrations' to say; here it may only connect.
    """
    with connect(layout.dsn(SUPERUSER, "postgres"), autocommit=True, connect_timeout=10) as connection:
        existing = {str(name) for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role in sorted({name for database in DATABASES for name in (database.owner, *database.users)}):
            _role(connection, role, layout, exists=role in existing)
        known = {str(name) for (name,) in connection.execute("SELECT datname FROM pg_database")}
        for database in DATABASES:
            _database(connection, database, exists=database.name in known)


def _role(connection: Connection, role: str, layout: Layout, *, exists: bool) -> None:
    # Hashed here, so that no statement, and so no log, ever holds a password.
    verifier = connection.pgconn.encrypt_password(
        layout.credentials.password(role).encode(), role.encode(), b"scram-sha-256"
    )
    attributes: LiteralString = "LOGIN REPLICATION" if role == "debezium" else "LOGIN NOREPLICATION"
    verb: LiteralString = "ALTER" if exists else "CREATE"
    statement = sql.SQL(verb + " ROLE {} " + attributes + " PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))


def _database(connection: Connection, database: Database, *, exists: bool) -> None:
    name = sql.Identifier(database.name)
    if not exists:
        # Copying files is faster than logging their pages for a database that is only just made.
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} STRATEGY file_copy").format(name, sql.Identifier(database.owner))
        )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for user in database.users:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(user)))
