"""What deletes, changed keys, TRUNCATE and a table without a key mean for analysts, from PostgreSQL to the query."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, LiteralString, TypedDict

import pytest

from deploy.local.stack import Stack
from runtime.clock import SystemClock
from runtime.codec import Decoder
from runtime.intake import Intake
from runtime.settings import BigQuerySettings, load
from schemas.topic import KeyType, Table, Topic
from sinks.bigquery.processor import BigQuerySink
from sinks.bigquery.warehouse import Warehouse
from sinks.bigquery.wiring import connect
from tests.bigquery.capture import Capture, owner_of

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
KEYED, KEYLESS = "meaning_keyed", "meaning_keyless"


class Row(TypedDict):
    """Both tables' row."""

    id: int | None
    note: str | None


class Ground:
    """Both tables, captured, and what an analyst sees of them."""

    def __init__(self, capture: Capture, sink: BigQuerySink, warehouse: Warehouse, topics: dict[str, Topic]) -> None:
        self.capture = capture
        self.sink = sink
        self.topics = topics
        self._warehouse = warehouse

    async def execute(self, *statements: LiteralString) -> None:
        for statement in statements:
            await self.capture.owner.execute(statement)

    async def arrive(self, table: str, records: int) -> None:
        outcome = await self.capture.into(self.sink, self.topics[table], records)
        assert not outcome.rejected

    async def merge(self) -> None:
        merger = self.sink._kept[self.topics[KEYED].name].merger
        assert merger is not None
        await merger.merge()

    async def now(self) -> dict[int, str]:
        rows = await self._warehouse.query(f"SELECT id, note FROM `{self._warehouse.dataset}.{KEYED}_current`")
        assert len(rows) == len({row.id for row in rows})
        return {row.id: row.note for row in rows}

    async def history(self, table: str) -> list[tuple[Any, ...]]:
        rows = await self._warehouse.query(
            f"SELECT _op, id, note FROM `{self._warehouse.dataset}.{table}_history` ORDER BY _offset"
        )
        return [(row._op, row.id, row.note) for row in rows]


def topic(capture: Capture, table: str, *key: str) -> Topic:
    return Topic(
        name=capture.topic(table),
        value=Row,
        description="A test.",
        owner="test",
        producers=("connectors.postgres",),
        key=KeyType.AVRO,
        table=Table(database="marketplace", schema="public", name=table, primary_key=key),
    )


@asynccontextmanager
async def running(stack: Stack) -> AsyncIterator[Ground]:
    async with owner_of(stack) as owner:
        await owner.execute("DROP TABLE IF EXISTS meaning_keyed, meaning_keyless")
        await owner.execute("CREATE TABLE meaning_keyed (id bigint PRIMARY KEY, note text)")
        await owner.execute("CREATE TABLE meaning_keyless (id bigint, note text)")
        await owner.execute("ALTER TABLE meaning_keyless REPLICA IDENTITY FULL")
        capture = Capture(owner, [KEYED, KEYLESS])
        topics = {KEYED: topic(capture, KEYED, "id"), KEYLESS: topic(capture, KEYLESS)}
        settings = load(BigQuerySettings).model_copy(update={"dataset": f"meaning_{uuid.uuid4().hex[:8]}"})
        clock = SystemClock()
        sink = BigQuerySink(list(topics.values()), lambda: connect(settings, list(topics.values()), clock), clock=clock)
        warehouse = Warehouse(settings)
        await capture.start()
        await sink.start()
        try:
            for one in topics.values():
                await sink.assigned(one, 0, None)
            yield Ground(capture, sink, warehouse, topics)
        finally:
            await sink.stop()
            await warehouse.close()
            await capture.stop()


async def test_what_happens_to_rows_is_what_analysts_see(stack: Stack) -> None:
    """One story, because a connector takes seconds to start; each part reads what the one before left."""
    async with running(stack) as ground:
        await deletes(ground)
        await changed_keys(ground)
        await truncates(ground)
        await keyless(ground)


async def deletes(ground: Ground) -> None:
    await ground.execute(
        "INSERT INTO meaning_keyed VALUES (1, 'one'), (2, 'two')",
        "DELETE FROM meaning_keyed WHERE id = 1",
    )
    await ground.arrive(KEYED, 3)
    assert await ground.now() == {2: "two"}
    assert await ground.history(KEYED) == [("c", 1, "one"), ("c", 2, "two"), ("d", 1, None)]


async def changed_keys(ground: Ground) -> None:
    """An UPDATE of a key is a delete of the old and an insert of the new one, at the same position of the log."""
    await ground.merge()
    await ground.execute(
        "UPDATE meaning_keyed SET id = 7 WHERE id = 2",
        "UPDATE meaning_keyed SET id = 2, note = 'back' WHERE id = 7",
        "UPDATE meaning_keyed SET id = 1 WHERE id = 2",
    )
    await ground.arrive(KEYED, 6)
    assert await ground.now() == {1: "back"}
    assert [op for op, _, _ in (await ground.history(KEYED))[3:]] == ["d", "c"] * 3
    await ground.merge()
    assert await ground.now() == {1: "back"}


async def truncates(ground: Ground) -> None:
    """All rows are gone at once; what is inserted afterwards is there."""
    await ground.execute(
        "INSERT INTO meaning_keyed VALUES (5, 'unmerged')",
        "TRUNCATE meaning_keyed",
        "INSERT INTO meaning_keyed VALUES (6, 'after')",
    )
    await ground.arrive(KEYED, 2)
    assert opened(ground.capture.decoder, ground.topics[KEYED], ground.capture.last) == []
    assert await ground.now() == {}
    await ground.arrive(KEYED, 1)
    assert await ground.now() == {6: "after"}
    await ground.merge()
    assert await ground.now() == {6: "after"}
    assert (await ground.history(KEYED))[-2:] == [("t", None, None), ("c", 6, "after")]


async def keyless(ground: Ground) -> None:
    """The history only: equal rows cannot be told apart, so there is no newest one."""
    await ground.execute(
        "INSERT INTO meaning_keyless VALUES (1, 'same'), (1, 'same')",
        "UPDATE meaning_keyless SET note = 'other' WHERE ctid = (SELECT min(ctid) FROM meaning_keyless)",
        "DELETE FROM meaning_keyless WHERE note = 'same'",
        "TRUNCATE meaning_keyless",
    )
    await ground.arrive(KEYLESS, 5)
    changes = [("c", 1, "same"), ("c", 1, "same"), ("u", 1, "other"), ("d", 1, "same"), ("t", None, None)]
    assert await ground.history(KEYLESS) == changes
    assert opened(ground.capture.decoder, ground.topics[KEYLESS], ground.capture.last) == []


def opened(decoder: Decoder, topic: Topic, fetched: Any) -> list[str]:
    """What a station's intake makes poison of."""
    return [bad.cause for _, bad in Intake(topic, decoder).open(fetched).poison]
