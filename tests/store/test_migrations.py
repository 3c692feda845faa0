"""The schema: applied once, taken back whole, documented, and open to each role only as far as it needs."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local.stack import Stack
from runtime.errors import UserError
from schemas.captured import CAPTURED, PLATFORM_CAPTURED
from schemas.identifiers import is_cnpj, is_digitable_line, is_gtin, is_nfe_access_key, with_nfe_digit
from store import migrate as migrations
from tests.store.databases import Database, made

pytestmark = pytest.mark.broker

KEY = with_nfe_digit("352605" + "12ABC34501DE35" + "55001000000001" + "112345678")
LINE = "00190500954014481606906809350314337370000000100"
OWNERS = {"marketplace": "marketplace_owner", "platform": "platform_owner"}


@pytest.fixture(params=sorted(OWNERS))
def empty(stack: Stack, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A folder of migrations, and the owner's way to an empty database for them."""
    with made(stack, OWNERS[request.param]) as database:
        yield request.param, database.dsn(OWNERS[request.param])


def query(database: Database, role: str, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.dsn(role), autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), parameters or None)
        return cursor.fetchall() if cursor.description else []


def tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace"
        )
        return {name for (name,) in found if not name.removeprefix("_").startswith("yoyo")}


def test_a_second_run_does_nothing_and_all_can_be_taken_back(empty: tuple[str, str]) -> None:
    folder, dsn = empty
    applied = migrations.migrate(folder, dsn)
    full = tables(dsn)
    assert migrations.migrate(folder, dsn) == []
    assert migrations.roll_back(folder, dsn) == applied[::-1]
    assert tables(dsn) == set()
    assert migrations.migrate(folder, dsn) == applied
    assert tables(dsn) == full != set()


def test_two_runs_at_once_apply_each_migration_once(empty: tuple[str, str]) -> None:
    folder, dsn = empty
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: migrations.migrate(folder, dsn), range(2))
    files = {path.stem for path in (migrations.MIGRATIONS / folder).glob("*.sql") if ".rollback" not in path.name}
    assert sorted(first + second) == sorted(files)
    assert not (first and second)


def test_a_run_does_not_wait_for_ever(empty: tuple[str, str]) -> None:
    folder, dsn = empty
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [migrations._LOCK])
        with pytest.raises(UserError, match="Another run is migrating"):
            migrations.migrate(folder, dsn, wait_seconds=0.1)


def test_a_missing_role_is_named(empty: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, dsn = empty
    shutil.copytree(migrations.MIGRATIONS / folder, tmp_path / folder)
    roles = tmp_path / folder / "0001.roles.sql"
    roles.write_text(roles.read_text(encoding="utf-8").replace("'debezium'", "'nobody_here'"), encoding="utf-8")
    monkeypatch.setattr(migrations, "MIGRATIONS", tmp_path)
    with pytest.raises(UserError, match="role nobody_here is missing: create it"):
        migrations.migrate(folder, dsn)


@pytest.mark.parametrize("databases", ["market", "talks"])
def test_every_table_and_column_is_described(request: pytest.FixtureRequest, databases: str) -> None:
    database: Database = request.getfixturevalue(databases)
    owner = "marketplace_owner" if databases == "market" else "platform_owner"
    bare = query(
        database,
        owner,
        """
        SELECT relname, attname FROM pg_class
          LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname !~ '^_?yoyo'
           AND (obj_description(pg_class.oid, 'pg_class') IS NULL OR col_description(pg_class.oid, attnum) IS NULL)
        """,
    )
    assert bare == []


def test_the_publications_hold_what_is_captured(market: Database, talks: Database) -> None:
    published = "SELECT pubname, tablename FROM pg_publication_tables ORDER BY tablename"
    found = query(market, "marketplace_owner", published)
    assert {pub for pub, _ in found} == {"balcao_marketplace"}
    assert {table for _, table in found} == {*CAPTURED, "debezium_heartbeat", "debezium_signal"}
    assert set(query(talks, "platform_owner", published)) == {
        ("balcao_platform", "debezium_heartbeat"),
        ("balcao_platform", "outbox"),
        ("balcao_platform_tables", "debezium_heartbeat"),
        *(("balcao_platform_tables", table) for table in PLATFORM_CAPTURED),
    }


@pytest.mark.parametrize("column", ["contact", "slots", "phone_number_id"])
def test_debezium_cannot_read_who_talks_or_what_is_said(talks: Database, column: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(talks, "debezium", f"SELECT {column} FROM conversations")
    query(talks, "debezium", "SELECT id, state, rating FROM conversations")


def test_captured_columns_avoid_what_the_registry_or_connect_would_spoil(market: Database) -> None:
    """A default in a nullable column replaces nulls; a numeric without precision is a struct; a moved value is lost."""
    found = query(
        market,
        "marketplace_owner",
        """
        SELECT relname, attname,
               atthasdef AND NOT attnotnull AND attidentity = '' AS default_for_null,
               atttypid = 'numeric'::regtype AND atttypmod = -1 AS any_precision,
               attstorage IN ('x', 'e') AND NOT EXISTS (
                   SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'c' AND attnum = ANY(conkey)
               ) AS may_leave_the_row
          FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relname = ANY(%s) AND attnum > 0 AND NOT attisdropped
        """,
        list(CAPTURED),
    )
    assert [row for row in found if any(row[2:])] == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("marketplace_reader", "UPDATE offers SET price = 1"),
        ("marketplace_reader", "SELECT * FROM debezium_signal"),
        ("marketplace_writer", "CREATE TABLE mine (id int)"),
        ("marketplace_writer", "TRUNCATE orders CASCADE"),
        ("debezium", "DELETE FROM orders"),
        ("debezium", "INSERT INTO debezium_heartbeat VALUES (1, now())"),
    ],
)
def test_a_role_of_the_marketplace_may_not(market: Database, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(market, role, statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("platform_agent", "SELECT * FROM outbox"),
        ("platform_agent", "DELETE FROM turns"),
        ("platform_agent", "UPDATE messages SET text = ''"),
        ("platform_agent", "SELECT * FROM send_attempts"),
        ("platform_sender", "SELECT * FROM messages"),
        ("platform_sender", "INSERT INTO outbox VALUES (gen_random_uuid(), 'a', 'b', 'c', '', now())"),
        ("debezium", "SELECT * FROM messages"),
    ],
)
def test_a_role_of_the_platform_may_not(talks: Database, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(talks, role, statement)


def test_a_role_of_one_database_cannot_open_the_other(market: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        query(market, "platform_agent", "SELECT 1")


def test_debezium_may_beat_and_signal(market: Database) -> None:
    query(market, "debezium", "UPDATE debezium_heartbeat SET beat_at = now() WHERE id = 1")
    query(market, "debezium", "INSERT INTO debezium_signal VALUES ('window-open', 'snapshot-window-open', NULL)")
    query(market, "debezium", "DELETE FROM debezium_signal WHERE id = 'window-open'")


@pytest.mark.parametrize(
    ("function", "python", "texts"),
    [
        (
            "is_cnpj",
            is_cnpj,
            ["12ABC34501DE35", "12ABC34501DE36", "00000000000191", "0" * 14, "12abc34501de35", "", "é" * 14],
        ),
        (
            "is_gtin",
            is_gtin,
            ["7891000315507", "7891000315508", "73513537", "012345678905", "789", "", "789100031550A"],
        ),
        (
            "is_digitable_line",
            is_digitable_line,
            [LINE, LINE[:-1] + "1", LINE[:32] + "9" + LINE[33:], LINE[:46], "", "é" * 47, "\\" * 47],
        ),
        ("is_nfe_access_key", is_nfe_access_key, [KEY, KEY[:-1] + "0", "A" + KEY[1:], "3" * 44, ""]),
    ],
)
def test_the_database_and_python_agree_on_check_digits(
    market: Database, function: str, python: Any, texts: list[str]
) -> None:
    found = query(
        market, "marketplace_owner", f"SELECT value, {function}(value) FROM unnest(%s::text[]) AS value", texts
    )
    assert found == [(text, python(text)) for text in texts]


def test_an_order_moves_only_as_orders_do(market: Database) -> None:
    [(delivered,)] = query(market, "marketplace_writer", "SELECT min(id) FROM orders WHERE status = 'delivered'")
    with pytest.raises(psycopg.errors.CheckViolation, match="is delivered and cannot become picking"):
        query(market, "marketplace_writer", "UPDATE orders SET status = 'picking' WHERE id = %s", delivered)


def test_updated_at_moves_only_when_the_row_changes(market: Database) -> None:
    read = "SELECT updated_at FROM offers WHERE id = 1"
    before = query(market, "marketplace_writer", read)
    query(market, "marketplace_writer", "UPDATE offers SET price = price WHERE id = 1")
    assert query(market, "marketplace_writer", read) == before
    query(market, "marketplace_writer", "UPDATE offers SET minimum_quantity = minimum_quantity + 1 WHERE id = 1")
    assert query(market, "marketplace_writer", read) > before
