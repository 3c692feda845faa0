"""What the live evolution tests look at: topics, the warehouse, stations' metrics; and tables altered for a while."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import httpx
from confluent_kafka import Consumer, TopicPartition
from google.api_core.exceptions import BadRequest, NotFound
from psycopg import AsyncConnection, sql

from deploy.local.stack import Stack
from runtime.drift import find
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings, RegistrySettings, load
from schemas.captured import CAPTURED
from schemas.topic import Topic
from sinks.bigquery.warehouse import Warehouse

RETURNS, COMPLAINTS = CAPTURED["returns"], CAPTURED["complaints"]
LIMIT = 60
Owner = AsyncConnection[Any]


def end_of(topic: Topic) -> int:
    """The offset the next record of the topic's only partition will get."""
    consumer = Consumer({**librdkafka(load(KafkaSettings)), "group.id": "test.end"})
    try:
        return int(consumer.get_watermark_offsets(TopicPartition(topic.name, 0), timeout=60)[1])
    finally:
        consumer.close()


async def quiet(topic: Topic) -> bool:
    """Whether the topic has records and gets no more for two seconds."""
    before = await asyncio.to_thread(end_of, topic)
    await asyncio.sleep(2)
    return 0 < before == await asyncio.to_thread(end_of, topic)


async def eventually(look: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(LIMIT):
            while not await _holds(look):  # noqa: ASYNC110 - what is waited for is in other processes
                await asyncio.sleep(0.3)
    except TimeoutError:
        raise AssertionError(f"not within {LIMIT} s: {what}") from None


async def _holds(look: Callable[[], Awaitable[bool]]) -> bool:
    """A query may name a column or a table that is not there yet."""
    try:
        return await look()
    except (BadRequest, NotFound):
        return False


async def rows(analyst: Warehouse, text: str) -> Sequence[Any]:
    return await analyst.query(text.format(d=analyst.dataset))


async def count(analyst: Warehouse, table: str) -> int:
    (row,) = await rows(analyst, f"SELECT COUNT(*) AS number FROM `{{d}}.{table}`")
    return int(row.number)


async def last(analyst: Warehouse, topic: Topic) -> int:
    assert topic.table is not None
    (row,) = await rows(analyst, f"SELECT MAX(_offset) AS number FROM `{{d}}.{topic.table.name}_history`")
    return -1 if row.number is None else int(row.number)


async def ids(owner: Owner, query: LiteralString) -> list[int]:
    return [number for (number,) in await (await owner.execute(query)).fetchall()]


def pids(stack: Stack) -> dict[str, int]:
    return {name: stack.pid(name) for name in ("bigquery-sink", "streams", "connect")}


def halted(stack: Stack) -> dict[str, float]:
    """The topics that the sink says it has stopped, and where."""
    text = httpx.get(stack.layout().url("bigquery_sink_metrics", "/metrics")).text
    found = {}
    for line in text.splitlines():
        if line.startswith("balcao_halted_at_offset{"):
            labels, _, value = line.rpartition(" ")
            found[labels.split('topic="')[1].split('"')[0]] = float(value)
    return found


def drifts(topic: Topic) -> list[str]:
    return [one.sentence for one in find(load(RegistrySettings), load(KafkaSettings), [topic])]


@asynccontextmanager
async def altered(owner: Owner, change: LiteralString, undo: LiteralString, **names: str) -> AsyncIterator[None]:
    await execute(owner, change, **names)
    try:
        yield
    finally:
        await execute(owner, undo, **names)


async def execute(owner: Owner, text: LiteralString, *values: object, **names: str) -> None:
    quoted = {name: sql.Identifier(value) for name, value in names.items()}
    await owner.execute(sql.SQL(text).format(**quoted), values)


def fresh() -> dict[str, str]:
    """Names of columns that BigQuery's tables do not have from an earlier run."""
    mark = uuid.uuid4().hex[:8]
    return {"note": f"note_{mark}", "score": f"score_{mark}"}
