"""Tables of a test's own on the real path: PostgreSQL, Debezium with the committed settings, Kafka, the decoder."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import httpx
from confluent_kafka import Consumer, KafkaError, TopicPartition
from psycopg import AsyncConnection, sql

from connectors.postgres import configs, operate
from connectors.postgres.client import ConnectClient
from deploy.local.stack import Stack
from runtime.codec import Decoder
from runtime.intake import Fetched
from runtime.kafka import librdkafka
from runtime.records import Batch, Record
from runtime.registry import Registry
from runtime.settings import ConnectSettings, KafkaSettings, RegistrySettings, load
from schemas.topic import Topic
from sinks.bigquery.processor import BigQuerySink

LIMIT = 60.0


@dataclass(frozen=True)
class Raw:
    """A record as a station fetches it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Capture:
    """One more connector on the marketplace, whose settings differ from the committed ones in names only."""

    def __init__(self, owner: AsyncConnection[Any], tables: Sequence[str]) -> None:
        self.owner = owner
        self.name = f"test_{uuid.uuid4().hex[:10]}"
        self._tables = tables
        self._registry = Registry(load(RegistrySettings))
        self.decoder = Decoder(self._registry)
        self._read: dict[str, int] = {}
        self.last: list[Fetched] = []

    def topic(self, table: str) -> str:
        """The name of the topic a table is captured to."""
        return f"cdc.{self.name}.public.{table}"

    async def start(self) -> None:
        """Returns when the connector runs; the snapshot may be under way."""
        tables = sql.SQL(", ").join(map(sql.Identifier, self._tables))
        await self.owner.execute(
            sql.SQL("CREATE PUBLICATION {} FOR TABLE {}").format(sql.Identifier(self.name), tables)
        )
        await self.owner.execute(sql.SQL("GRANT SELECT ON {} TO debezium").format(tables))
        (committed,) = configs.connectors(["marketplace"])
        config = {
            **committed.config,
            "slot.name": self.name,
            "publication.name": self.name,
            "topic.prefix": f"cdc.{self.name}",
            "table.include.list": ",".join(f"public.{table}" for table in self._tables),
        }
        async with ConnectClient(load(ConnectSettings)) as client:
            await operate.apply(client, configs.Connector(self.name, config))
            await operate.wait_running(client, [self.name], timeout=LIMIT)

    async def stop(self) -> None:
        """Takes away the connector, its slot, the publication and the tables."""
        self._registry.close()
        async with httpx.AsyncClient(base_url=load(ConnectSettings).url) as client:
            (await client.delete(f"/connectors/{self.name}")).raise_for_status()
        await self._free_slot()
        await self.owner.execute(sql.SQL("DROP PUBLICATION {}").format(sql.Identifier(self.name)))
        for table in self._tables:
            await self.owner.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))

    async def next(self, table: str, count: int) -> list[Record]:
        """The next ``count`` records of the table's topic."""
        return await asyncio.to_thread(self._consume, self.topic(table), count)

    async def into(self, sink: BigQuerySink, topic: Topic, count: int) -> Any:
        """Gives the sink the next ``count`` records as a station does, the schema first; its outcome."""
        assert topic.table is not None
        records = await self.next(topic.table.name, count)
        schema = await asyncio.to_thread(self.decoder.learn, records[-1].raw_value or b"")
        await sink.written_with(topic, schema, records[0].offset)
        return await sink.process(Batch(topic, 0, records, records[0].offset, records[-1].offset))

    def _consume(self, topic: str, count: int) -> list[Record]:
        consumer = Consumer({**librdkafka(load(KafkaSettings)), "group.id": self.name})
        consumer.assign([TopicPartition(topic, 0, self._read.get(topic, 0))])
        records: list[Record] = []
        until = time.monotonic() + LIMIT
        try:
            while len(records) < count:
                assert time.monotonic() < until, f"{len(records)} of {count} records of {topic}"
                message = consumer.poll(0.2)
                if message is None:
                    continue
                error = message.error()
                if error is not None:
                    assert error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART, error
                    continue
                raw, offset = message.value(), message.offset()
                assert raw is not None
                assert offset is not None
                value, key = self.decoder.decode(raw), message.key()
                records.append(Record(offset, message.timestamp()[1], None, value, {}, key, raw))
        finally:
            consumer.close()
        self._read[topic] = records[-1].offset + 1
        self.last = [Raw(one.offset, one.timestamp_ms, one.raw_key, one.raw_value, ()) for one in records]
        return records

    async def _free_slot(self) -> None:
        """Drops the slot as the role that made it; Connect ends the task some time after it answered."""
        query: LiteralString = (
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active"
        )
        part = {name: os.environ[f"BALCAO_DEBEZIUM_{name.upper()}"] for name in ("host", "port", "user", "password")}
        until = time.monotonic() + LIMIT
        async with await AsyncConnection.connect(**part, dbname="marketplace", autocommit=True) as connection:  # type: ignore[arg-type]
            while (await (await connection.execute(query, (self.name,))).fetchone()) is None:
                assert time.monotonic() < until, "the connector does not let its slot go"
                await asyncio.sleep(0.1)


@asynccontextmanager
async def owner_of(stack: Stack) -> AsyncIterator[AsyncConnection[Any]]:
    """The marketplace as its migrations see it; each statement commits."""
    dsn = stack.environment()["BALCAO_MARKETPLACE_OWNER_DSN"]
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        yield connection
