"""Copies an invented market into an empty database."""

from collections.abc import Callable, Iterable
from typing import Any

from psycopg import Connection, sql

from store.generator.orders import FIRST_NUMBER
from store.generator.tables import Table

_REPORT_EVERY = 10_000
_FIRST_TABLES = ("pharmacies", "suppliers", "products")


def load(
    connection: Connection[Any], tables: Iterable[Table], progress: Callable[[str, int], None]
) -> dict[str, int] | None:
    """Fills the tables in one transaction and counts each one's rows; ``None`` when there is data and nothing was done.

    Blocks. ``progress`` is told a table and how many of its rows were copied. The lock keeps two loads apart. The
    planner's statistics are gathered at the end.
    """
    with connection.transaction():
        connection.execute("LOCK TABLE pharmacies IN SHARE ROW EXCLUSIVE MODE")
        if any(_has_rows(connection, table) for table in _FIRST_TABLES):
            return None
        loaded, numbered = {}, []
        for table in tables:
            loaded[table.name] = _copy(connection, table, progress)
            if "id" in table.columns:
                numbered.append(table.name)
        for name in numbered:
            _continue_ids(connection, name)
        connection.execute("SELECT setval('order_numbers', %s)", [FIRST_NUMBER + loaded["orders"] - 1])
        connection.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, loaded))))
        return loaded


def _has_rows(connection: Connection[Any], table: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _copy(connection: Connection[Any], table: Table, progress: Callable[[str, int], None]) -> int:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    rows = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for rows, row in enumerate(table.rows, start=1):
            copy.write_row(row)
            if rows % _REPORT_EVERY == 0:
                progress(table.name, rows)
    progress(table.name, rows)
    return rows


def _continue_ids(connection: Connection[Any], table: str) -> None:
    query = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), greatest((SELECT max(id) FROM {}), 1))").format(
        sql.Literal(table), sql.Identifier(table)
    )
    connection.execute(query)
