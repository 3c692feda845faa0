"""The record types say of each captured table exactly what the database says."""

from decimal import Decimal
from typing import Any, get_type_hints

import psycopg
import pytest

from schemas.avro import is_optional, required, split
from schemas.captured import CAPTURED
from schemas.marks import Column, Decimals, Doc
from schemas.topic import Topic
from schemas.topics import TOPICS
from tests.store.databases import Database

pytestmark = pytest.mark.broker

COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum)
  FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
SEMANTIC = {
    ("int16", int): "smallint",
    ("int32", int): "integer",
    ("io.debezium.time.Date", int): "date",
    ("io.debezium.time.ZonedTimestamp", str): "timestamp with time zone",
    ("io.debezium.data.Uuid", str): "uuid",
    ("io.debezium.data.Json", str): "jsonb",
}


def postgres_type(hint: Any, marks: tuple[Any, ...]) -> str:
    """The type whose values Debezium writes as ``hint`` with these marks."""
    for mark in marks:
        if isinstance(mark, Column):
            return SEMANTIC[mark.semantic, hint]
        if isinstance(mark, Decimals) and hint is Decimal:
            return f"numeric({mark.precision},{mark.scale})"
    plain: dict[Any, str] = {int: "bigint", str: "text", bool: "boolean", list[str | None]: "text[]"}
    return plain[hint]


def declared(topic: Topic) -> list[tuple[str, str, bool, str]]:
    columns = []
    for name, hint in get_type_hints(topic.value, include_extras=True).items():
        inner, marks = split(hint)
        [doc] = [mark.text for mark in marks if isinstance(mark, Doc)]
        columns.append((name, postgres_type(required(inner), marks), not is_optional(inner), doc))
    return columns


@pytest.mark.parametrize("table", CAPTURED)
def test_the_row_type_is_the_table(market: Database, table: str) -> None:
    topic = CAPTURED[table]
    with psycopg.connect(market.dsn("marketplace_owner")) as connection:
        found = connection.execute(COLUMNS, [table]).fetchall()
        comment = connection.execute("SELECT obj_description(%s::regclass)", [table]).fetchone()
        key = connection.execute(
            """
            SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
             WHERE indrelid = %s::regclass AND indisprimary ORDER BY array_position(indkey::smallint[], attnum)
            """,
            [table],
        ).fetchall()
    assert found == declared(topic)
    assert comment == (topic.value.__doc__,)
    assert topic.table is not None
    assert tuple(name for (name,) in key) == topic.table.primary_key


WITH_DEFAULT = """
SELECT attrelid::regclass || '.' || attname
  FROM pg_attribute WHERE attrelid = ANY(%s::regclass[]) AND attnum > 0 AND NOT attisdropped
   AND atthasdef AND NOT attnotnull
"""


def test_no_captured_column_may_be_null_and_has_a_default(market: Database, talks: Database) -> None:
    """A NULL in such a column would arrive as the default (docs/decisions/0022)."""
    for database, owner, name in ((market, "marketplace_owner", "marketplace"), (talks, "platform_owner", "platform")):
        tables = [topic.table.name for topic in TOPICS if topic.table and topic.table.database == name]
        assert tables
        with psycopg.connect(database.dsn(owner)) as connection:
            assert connection.execute(WITH_DEFAULT, [tables]).fetchall() == []
            connection.execute(f"ALTER TABLE {tables[0]} ADD COLUMN extra int DEFAULT 1")
            assert connection.execute(WITH_DEFAULT, [tables]).fetchall() == [(f"{tables[0]}.extra",)]
            connection.rollback()
