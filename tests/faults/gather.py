"""Asking every place what it has: the source, the topics and their groups, the warehouse, the index."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import confluent_kafka
import psycopg
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from runtime import dead_letter
from runtime.codec import Decoder
from runtime.errors import BadRecord
from runtime.kafka import librdkafka
from runtime.product_points import PointState
from runtime.registry import Registry, RegistryUnavailable
from runtime.settings import RegistrySettings, load
from schemas import bigquery as tables
from schemas.records.catalog import SearchDocument
from schemas.topic import Topic
from sinks.qdrant.documents import product_payload
from store import search_documents
from tests.faults.changes import Key, number_of
from tests.faults.facts import Event, Facts
from tests.faults.ground import Ground

_NEVER_COMPARED = ("version", "offset", "changed_at")
_REGISTRY_SECONDS = 90.0


def ends(ground: Ground, topics: tuple[Topic, ...]) -> dict[tuple[str, int], int]:
    """The offset after the last record of each partition."""
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    asked = {TopicPartition(topic.name, number): latest for topic in topics for number in range(topic.partitions)}
    answers = ground.admin.list_offsets(asked, request_timeout=20)
    return {(place.topic, place.partition): answer.result().offset for place, answer in answers.items()}


def committed(ground: Ground, group: str, topics: tuple[Topic, ...]) -> dict[tuple[str, int], int]:
    """What a group committed; 0 where it did not."""
    asked = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
    (answer,) = ground.admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group, asked)]).values()
    found = answer.result(timeout=20).topic_partitions
    return {(each.topic, each.partition): max(0, each.offset) for each in found}


def written_up_to(ground: Ground) -> int:
    """The source log's end now, in bytes."""
    with psycopg.connect(ground.dsn("debezium"), autocommit=True, connect_timeout=5) as connection:
        row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
    assert row is not None
    return int(row[0])


def captured_up_to(ground: Ground) -> int:
    """Up to where the log is confirmed to be in Kafka, by the slot; -1 when there is none."""
    with psycopg.connect(ground.dsn("debezium"), autocommit=True, connect_timeout=5) as connection:
        text = "SELECT confirmed_flush_lsn - '0/0'::pg_lsn FROM pg_replication_slots WHERE slot_name = %s"
        row = connection.execute(text, [ground.run]).fetchone()
    return -1 if row is None or row[0] is None else int(row[0])


async def everything(ground: Ground) -> Facts:
    """Reads everything. Nothing may be on its way any more."""
    facts = Facts()
    await asyncio.to_thread(topics, ground, facts)
    async with await AsyncConnection.connect(ground.dsn("marketplace_reader"), autocommit=True) as connection:
        for topic in ground.names.captured:
            await _table(ground, facts, topic, connection)
        version, documents = await search_documents.read(connection, await _products(connection))
        facts.documents = {document["product_id"]: _payload(version, document) for document in documents}
    points, _ = await ground.index.scroll(ground.qdrant.collection, limit=10_000, with_payload=True)
    living = {int(point.id): point.payload or {} for point in points if not (point.payload or {})["deleted"]}
    facts.points = {number: _compared(payload) for number, payload in living.items()}
    return facts


async def _products(connection: AsyncConnection[Any]) -> list[int]:
    return [number for (number,) in await (await connection.execute("SELECT id FROM products")).fetchall()]


async def _table(ground: Ground, facts: Facts, topic: Topic, connection: AsyncConnection[Any]) -> None:
    assert topic.table is not None
    name, key = topic.table.name, topic.table.primary_key
    cursor = await connection.cursor(row_factory=dict_row).execute(f"SELECT * FROM {name}")
    facts.source[name] = {_key(row, key): row for row in await cursor.fetchall()}
    columns = list(next(iter(facts.source[name].values()), {})) or list(key)
    dataset = ground.warehouse.dataset
    rows = await ground.warehouse.query(f"SELECT * FROM `{dataset}.{tables.view_name(topic)}`")
    facts.current[name] = [(_key(row, key), {column: row[column] for column in columns}) for row in rows]
    history = f"SELECT _kafka_partition, _offset, _lsn, _op FROM `{dataset}.{tables.history_name(topic)}`"
    facts.history += [
        ((name, row["_kafka_partition"], row["_offset"]), row["_lsn"], row["_op"])
        for row in await ground.warehouse.query(history)
    ]


def _key(row: Any, names: tuple[str, ...]) -> Key:
    return tuple(int(row[name]) for name in names)


def _payload(version: int, document: SearchDocument) -> dict[str, Any]:
    state = PointState(product_id=document["product_id"], version=version, offset=0, deleted=False, changed_at="")
    return _compared(dict(product_payload(state, document)[1]))


def _compared(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in _NEVER_COMPARED}


def topics(ground: Ground, facts: Facts) -> None:
    """Reads the captured topics and the dead letters. Blocks."""
    registry = Registry(load(RegistrySettings))
    decoder = Decoder(registry)
    try:
        for topic in ground.names.captured:
            assert topic.table is not None
            for number, offset, value, _ in _records(ground, topic.name, topic.partitions):
                facts.topic[topic.table.name, number, offset] = _event(decoder, topic, value)
    finally:
        registry.close()
    for topic in (*ground.names.captured, ground.names.documents):
        for _, _, _, headers in _records(ground, topic.dead_letter, 1):
            said = dead_letter.read(headers)
            facts.letters.add((said.group, said.topic, said.partition, said.offset, said.cause))


def _event(decoder: Decoder, topic: Topic, raw: bytes | None) -> Event | None:
    assert topic.table is not None
    if raw is None:
        return None
    try:
        value = _decoded(decoder, raw)
    except BadRecord:
        return None
    row, op = value["before" if value["op"] == "d" else "after"], str(value["op"])
    number = None if op == "d" else number_of(topic.table.name, row)
    return Event(_key(row, topic.table.primary_key), value["source"]["lsn"] or 0, op, number)


def _decoded(decoder: Decoder, raw: bytes) -> Any:
    """A registry whose database was just killed answers 500 for a while."""
    until = time.monotonic() + _REGISTRY_SECONDS
    while True:
        try:
            return decoder.decode(raw)
        except RegistryUnavailable:
            if time.monotonic() > until:
                raise
        time.sleep(0.2)


def _records(ground: Ground, topic: str, partitions: int) -> list[tuple[int, int, bytes | None, dict[str, bytes]]]:
    """Partition, offset, value and headers of everything in a topic."""
    consumer = confluent_kafka.Consumer(
        {**librdkafka(ground.kafka), "group.id": f"{ground.run}.reader", "enable.auto.commit": False}
    )
    found: list[tuple[int, int, bytes | None, dict[str, bytes]]] = []
    try:
        for number in range(partitions):
            place = TopicPartition(topic, number, 0)
            _, end = consumer.get_watermark_offsets(place, 20)
            consumer.assign([place])
            while not found or found[-1][0] != number or found[-1][1] < end - 1:
                if end == 0:
                    break
                message: Any = consumer.poll(20)
                if message is None or message.error():
                    raise TimeoutError(f"{topic}[{number}] could not be read to its end")
                found.append((number, message.offset(), message.value(), dict(message.headers() or ())))
    finally:
        consumer.close()
    return found
