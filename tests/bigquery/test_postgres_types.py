"""Every PostgreSQL type from INSERT to BigQuery's answer, over Debezium, Kafka and the sink: exact or a dead letter."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypedDict

import pytest
from psycopg import AsyncConnection, sql

from deploy.local.stack import Stack
from runtime.clock import SystemClock
from runtime.settings import BigQuerySettings, load
from schemas.topic import Table, Topic
from sinks.bigquery.processor import BigQuerySink
from sinks.bigquery.warehouse import Warehouse
from sinks.bigquery.wiring import connect
from tests.bigquery.capture import Capture, owner_of
from tests.bigquery.postgres_types import COLUMNS, MOODS, Typed, Value

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
DRAWN = 60
TABLE = "types_everything"

# What PostgreSQL holds and BigQuery does not: column, text, and why the row is refused.
BEYOND = (
    ("c_date", "infinity", "BigQuery's DATE cannot hold"),
    ("c_date", "-infinity", "BigQuery's DATE cannot hold"),
    ("c_date", "0044-03-15 BC", "BigQuery's DATE cannot hold"),
    ("c_date", "10000-01-01", "BigQuery's DATE cannot hold"),
    ("c_time", "24:00:00", "not within one day"),
    ("c_timestamp", "infinity", "BigQuery's DATETIME cannot hold"),
    ("c_timestamp", "-infinity", "BigQuery's DATETIME cannot hold"),
    ("c_timestamp", "0044-03-15 BC", "BigQuery's DATETIME cannot hold"),
    ("c_timestamp", "294276-12-31 23:59:59.999999", "BigQuery's DATETIME cannot hold"),
    ("c_timestamp_millis", "infinity", "BigQuery's DATETIME cannot hold"),
    ("c_timestamptz", "infinity", "BigQuery's TIMESTAMP cannot hold"),
    ("c_timestamptz", "-infinity", "BigQuery's TIMESTAMP cannot hold"),
    ("c_timestamptz", "0044-03-15 BC", "BigQuery's TIMESTAMP cannot hold"),
    ("c_timestamptz", "10000-01-01 UTC", "BigQuery's TIMESTAMP cannot hold"),
    ("c_jsonb", '{"n": 123456789012345678901}', "would be rounded"),
    ("c_json", '{"n": 0.12345678901234567890}', "would be rounded"),
    ("a_int", "{1,NULL}", "arrays cannot hold NULL"),
    ("a_int", "{{1,2},{3,4}}", "arrays cannot hold NULL"),
    ("a_date", "{infinity}", "BigQuery's DATE cannot hold"),
    ("a_timestamptz", "{infinity}", "BigQuery's TIMESTAMP cannot hold"),
)
# What Debezium makes NULL or another value before anybody else sees it (docs/types.md); a newer one may do better.
LOST = (
    ("c_money_like", "NaN", None),
    ("c_numeric", "Infinity", None),
    ("c_interval", "infinity", "P0Y0M0DT0H0M0S"),
    ("a_timestamp", "{0181-06-13 12:00}", "[datetime.datetime(181, 6, 12, 12, 0)]"),
    ("a_time", "{12:00:00.123456}", "[datetime.time(12, 0, 0, 123000)]"),
)


class Key(TypedDict):
    """All that the register knows of the table; the other columns arrive with the records."""

    id: int


@dataclass
class Passage:
    """One pass of every value: what the query answered by row, and why rows were refused."""

    drawn: dict[str, list[Value | None]] = field(default_factory=dict)
    rows: dict[int, Any] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


async def create(owner: AsyncConnection[Any]) -> None:
    columns = ", ".join(f"{column.name} {column.type}" for column in COLUMNS)
    moods = sql.SQL(", ").join(map(sql.Literal, MOODS))
    await owner.execute("DROP TABLE IF EXISTS types_everything")
    await owner.execute("DROP TYPE IF EXISTS mood, part")
    await owner.execute("DROP DOMAIN IF EXISTS cnpj, reais")
    await owner.execute(sql.SQL("CREATE TYPE mood AS ENUM ({})").format(moods))
    await owner.execute("CREATE TYPE part AS (code text, amount numeric(12, 2))")
    await owner.execute("CREATE DOMAIN cnpj AS text CHECK (length(VALUE) <= 14)")
    await owner.execute("CREATE DOMAIN reais AS numeric(12, 2)")
    await owner.execute(f"CREATE TABLE types_everything (id bigint PRIMARY KEY, {columns})".encode())


async def insert(owner: AsyncConnection[Any], number: int, values: dict[str, str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, ["id", *values]))
    marks = sql.SQL(", ").join([sql.Placeholder()] * (len(values) + 1))
    text = sql.SQL("INSERT INTO types_everything ({}) VALUES ({})").format(names, marks)
    await owner.execute(text, [number, *values.values()])


async def passed(stack: Stack) -> Passage:
    passage = Passage({column.name: column.drawn(DRAWN) for column in COLUMNS})
    rows = [
        {name: value[0] for name, value in zip(passage.drawn, one, strict=True) if value is not None}
        for one in zip_longest(*passage.drawn.values())
    ]
    special = [*BEYOND, *LOST]
    async with owner_of(stack) as owner:
        await create(owner)
        capture = Capture(owner, [TABLE])
        half = len(rows) // 2
        for number, values in enumerate(rows[:half]):
            await insert(owner, number, values)
        await capture.start()
        try:
            for number, values in enumerate(rows[half:], half):
                await insert(owner, number, values)
            for number, (name, text, _) in enumerate(special, 1000):
                await insert(owner, number, {name: text})
            await into_bigquery(capture, passage, len(rows) + len(special))
        finally:
            await capture.stop()
    return passage


async def into_bigquery(capture: Capture, passage: Passage, count: int) -> None:
    settings = load(BigQuerySettings).model_copy(update={"dataset": f"types_{uuid.uuid4().hex[:8]}"})
    topic = Topic(
        name=capture.topic(TABLE),
        value=Key,
        description="Every type.",
        owner="test",
        producers=("connectors.postgres",),
        table=Table(database="marketplace", schema="public", name=TABLE, primary_key=("id",)),
    )
    clock = SystemClock()
    sink = BigQuerySink([topic], lambda: connect(settings, [topic], clock), clock=clock)
    warehouse = Warehouse(settings)
    await sink.start()
    try:
        await sink.assigned(topic, 0, None)
        outcome = await capture.into(sink, topic, count)
        passage.refused = {record.value["after"]["id"]: str(bad) for record, bad in outcome.rejected}
        found = await warehouse.query(f"SELECT * FROM `{warehouse.dataset}.{TABLE}_current`")
        passage.rows = {row.id: row for row in found}
    finally:
        await sink.stop()
        await warehouse.close()


@pytest.fixture(scope="module")
def passage(stack: Stack) -> Iterator[Passage]:
    yield asyncio.run(passed(stack))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.type)
def test_values_of_a_type_arrive_as_they_were(passage: Passage, column: Typed) -> None:
    compared = 0
    for number, value in enumerate(passage.drawn[column.name]):
        found = passage.rows[number][column.name]
        if value is None:
            assert not found
            assert found is None or column.type.endswith("[]")
        else:
            assert column.same(found) == column.same(value[1]), value[0]
            compared += 1
    assert compared


@pytest.mark.parametrize(("number", "case"), list(enumerate(BEYOND, 1000)), ids=str)
def test_a_value_that_bigquery_cannot_hold_is_a_dead_letter(
    passage: Passage, number: int, case: tuple[str, str, str]
) -> None:
    column, _, why = case
    assert number not in passage.rows
    assert why in passage.refused[number]
    assert column in passage.refused[number]


@pytest.mark.parametrize(("number", "case"), list(enumerate(LOST, 1000 + len(BEYOND))), ids=str)
def test_what_debezium_changes_is_known(passage: Passage, number: int, case: tuple[str, str, object]) -> None:
    column, _, arrives = case
    found = passage.rows[number][column]
    assert found == arrives or str(found) == arrives


def test_nothing_else_was_refused(passage: Passage) -> None:
    assert sorted(passage.refused) == list(range(1000, 1000 + len(BEYOND)))
