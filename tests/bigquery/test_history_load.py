"""The history under load: small requests when idle, large ones when behind, bounded work in hand, the same bytes."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto

from runtime.batched import BatchPartition
from runtime.processor import Committed
from runtime.tracker import Tracker
from sinks.bigquery import processor, sql
from sinks.bigquery.claims import Claim, Claims
from sinks.bigquery.processor import BigQuerySink, Kept, Wiring
from sinks.bigquery.requests import REQUEST_ROWS, Append, EncodedRow, split
from sinks.bigquery.writer import PartitionWriter
from tests.bigquery.fakes import MemoryWarehouse
from tests.bigquery.test_sink_processor import NumberEncoder
from tests.runtime.fakes import Bench, until

pytestmark = pytest.mark.unit


@dataclass
class SlowStorage:
    """Streams that confirm when they are told to; it notes each request's rows and how many are under way."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    sizes: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def create(self, table: str) -> str:
        return f"projects/p/datasets/d/tables/{table}/streams/s"

    async def finalize(self, stream: str) -> None:
        return

    def connect(self, stream: str, descriptor: DescriptorProto) -> "SlowStorage":
        return self

    async def send(self, append: Append) -> None:
        self.sizes.append(len(append.rows))
        self.offsets += [row.offset for row in append.rows]
        self.under_way += 1
        self.most = max(self.most, self.under_way)

    async def confirmed(self) -> None:
        await self.gate.wait()
        self.under_way -= 1

    def close(self) -> None:
        return


async def test_an_idle_partition_writes_its_record_at_once_and_one_that_is_behind_writes_large_requests() -> None:
    storage, bench = SlowStorage(), Bench(batch_records=200)
    warehouse = MemoryWarehouse(sql.STREAMS)

    async def connect() -> Wiring:
        kept = Kept(bench.topic, NumberEncoder())  # type: ignore[arg-type]
        return Wiring([kept], Claims(Nothing(warehouse), storage, window=0), storage, _nothing)

    sink = BigQuerySink([bench.topic], connect, clock=bench.clock)
    await sink.start()
    await sink.assigned(bench.topic, 0, None)
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), sink)
    partition.reserve(1)
    partition.deliver(bench.batch(0, 0), lambda: None)
    await until(lambda: storage.sizes == [1])
    assert bench.clock.slept == []
    fetched = 1
    # the server is slow: what is fetched gathers, until no more may be
    while partition.room:
        partition.reserve(70)
        partition.deliver(bench.batch(fetched, fetched + 69), lambda: None)
        fetched += 70
        await asyncio.sleep(0)
    assert fetched <= 1 + 200 + 70
    assert partition.tracker.committable() is None
    storage.gate.set()
    await until(lambda: partition.tracker.committable() is not None and len(storage.offsets) == fetched)
    assert storage.sizes[1] >= 140
    assert len(storage.sizes) <= 3
    assert storage.offsets == list(range(fetched))
    await until(lambda: _position(partition.tracker.committable()) == fetched)
    await partition.close(1)
    await sink.stop()


def _position(committed: Committed | None) -> int:
    return -1 if committed is None else committed.offset


class Nothing:
    """A warehouse whose tables are empty."""

    dataset = "p.d"

    def __init__(self, warehouse: MemoryWarehouse) -> None:
        self._warehouse = warehouse

    async def query(self, statement: str, parameters: Any = None) -> list[object]:
        return []


async def _nothing() -> None:
    return


async def test_no_more_than_four_requests_are_under_way() -> None:
    storage = SlowStorage()

    async def claim() -> Claim:
        return Claim(await storage.create("t"), -1)

    writer = PartitionWriter(claim, storage, DescriptorProto(name="Row"))
    rows = [EncodedRow(number, b"x") for number in range(REQUEST_ROWS * 9 + 1)]
    write = asyncio.create_task(writer.write(rows))
    await until(lambda: storage.under_way == 4)
    await asyncio.sleep(0.01)
    assert len(storage.sizes) == 4
    storage.gate.set()
    await write
    assert (storage.most, sum(storage.sizes), len(storage.sizes)) == (4, len(rows), 10)
    assert storage.offsets == list(range(len(rows)))


def test_the_same_rows_make_the_same_requests_at_positions_that_follow() -> None:
    rows = [EncodedRow(number, b"x" * (number % 7 * 1_000_000)) for number in range(60)]
    rows += [EncodedRow(number, b"x") for number in range(60, 60 + 2 * REQUEST_ROWS)]
    first, again = list(split(rows, 5)), list(split(rows, 5))
    assert first == again
    position = 5
    for append in first:
        assert append.position == position
        assert sum(len(row.data) for row in append.rows) < 10_000_000
        position += len(append.rows)
    assert position == 5 + len(rows)


ENCODED = """
import hashlib
from runtime.records import Record
from schemas import bigquery as tables
from schemas.example import read
from sinks.bigquery.changes import row_of
from sinks.bigquery.rows import RowEncoder
from sinks.bigquery.wiring import taken
found = hashlib.sha256()
for topic in taken():
    encoder, record = RowEncoder(tables.history(topic).fields), Record(7, 1000, None, read(topic), {}, b"k", b"v")
    found.update(encoder.encode(row_of(topic, 3, record)))
print(found.hexdigest())
"""


def test_another_process_makes_the_same_bytes_of_the_same_records() -> None:
    command = [sys.executable, "-c", ENCODED]
    both = [
        subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True)
        for seed in ("1", "2")
    ]
    first, second = (process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert first == second != ""


async def test_rows_are_made_while_the_ones_before_them_are_written_and_no_further() -> None:
    storage, bench = SlowStorage(), Bench(batch_records=10 * processor._PART)
    made: list[int] = []

    class Noting(NumberEncoder):
        def encode(self, row: Any) -> bytes:
            made.append(row["_offset"])
            return super().encode(row)

    async def connect() -> Wiring:
        kept = Kept(bench.topic, Noting())  # type: ignore[arg-type]
        return Wiring([kept], Claims(Nothing(MemoryWarehouse(sql.STREAMS)), storage, window=0), storage, _nothing)

    sink = BigQuerySink([bench.topic], connect, clock=bench.clock)
    await sink.start()
    await sink.assigned(bench.topic, 0, None)
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), sink)
    last = 4 * processor._PART
    partition.reserve(last + 1)
    partition.deliver(bench.batch(0, last), lambda: None)
    await until(lambda: len(made) == 2 * processor._PART)
    await asyncio.sleep(0.01)
    assert len(made) == 2 * processor._PART, "one part ahead of what is written"
    assert storage.sizes == [processor._PART]
    assert partition.tracker.committable() is None
    storage.gate.set()
    await until(lambda: _position(partition.tracker.committable()) == last + 1)
    assert storage.offsets == made == list(range(last + 1))
    assert storage.sizes == [processor._PART] * 4 + [1]
    await partition.close(1)
    await sink.stop()
