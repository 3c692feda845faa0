"""The gate before a captured topic: what passes, what stops, and that a stop is said in words."""

import asyncio
import copy
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from runtime.assignment import TP
from runtime.batched import BatchPartition
from runtime.gate import Gate, SchemaReader
from runtime.halt import Halt
from runtime.partition import Partition
from runtime.processor import Committed, Outcome, Processor
from runtime.records import Batch
from runtime.tracker import Tracker
from runtime.watchdog import Verdict
from schemas.captured import CAPTURED
from schemas.envelope import schema_of
from schemas.topic import Avro, Topic
from tests.runtime.fakes import Bench, Raw, until

pytestmark = pytest.mark.unit
RETURNS = CAPTURED["returns"]
KEY: Avro = {"type": "record", "name": "Key", "fields": [{"name": "id", "type": "long"}]}
FIRST = json.loads(json.dumps(schema_of(RETURNS)))


def altered(schema: Avro, *, drop: str = "", **columns: Any) -> Avro:
    """The schema after an ALTER TABLE."""
    changed = copy.deepcopy(schema)
    row = changed["fields"][0]["type"][1]
    row["fields"] = [field for field in row["fields"] if field["name"] not in {drop, *columns}]
    row["fields"] += [{"name": name, "type": kind} for name, kind in columns.items()]
    return changed


def prefix(number: int) -> bytes:
    return b"\x00" + number.to_bytes(4, "big")


class Ground:
    """A registry of numbered versions, 1 the first, and a key's schema as 100."""

    def __init__(self, *versions: Avro, key: Avro = KEY) -> None:
        self.versions = versions
        self.schemas = {prefix(number): schema for number, schema in enumerate(versions, 1)}
        self.schemas[prefix(100)] = key
        self.gate = Gate(RETURNS, "balcao.test", lambda raw: self.schemas[raw[:5]], self.earlier)

    def earlier(self, topic: Topic, raw: bytes) -> Sequence[Avro]:
        return self.versions[: int.from_bytes(raw[1:5], "big") - 1]

    def read(self, offset: int, version: int) -> None:
        record = Raw(offset, prefix(100) + b"k", prefix(version) + b"v")
        if self.gate.changed(record):
            self.gate.admit(record)
            self.gate.passed(record)


def test_an_added_column_passes_and_is_said_once_in_words() -> None:
    ground = Ground(FIRST, altered(FIRST, note=["null", "string"]))
    with capture_logs() as logs:
        for offset, version in enumerate((1, 1, 2, 2, 1, 2)):
            ground.read(offset, version)
    (said,) = logs
    assert said["event"] == (
        "returns.note (text) is captured but not in the register; add it to schemas/records/marketplace.py"
    )


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (altered(FIRST, drop="details"), "column details (text) was dropped or renamed"),
        (altered(FIRST, quantity="string"), "column quantity changed from integer to text"),
        (
            altered(FIRST, drop="reason", why="string", quantity="string"),
            "column quantity changed from integer to text; column reason (text) was dropped or renamed",
        ),
    ],
)
def test_a_breaking_change_stops_before_its_first_record(second: Avro, words: str) -> None:
    ground = Ground(FIRST, second)
    ground.read(7, 1)
    for _ in range(2):
        with pytest.raises(Halt) as halted:
            ground.read(8, 2)
    assert halted.value.sentence == (
        f"returns stopped at offset 8: {words}; see docs/runbooks/breaking-schema-change.md"
    )


def test_a_process_that_starts_at_the_breaking_record_stops_too() -> None:
    with pytest.raises(Halt, match="details"):
        Ground(FIRST, altered(FIRST, drop="details")).read(8, 2)


def test_records_older_than_a_registered_column_pass() -> None:
    """The register has ``details`` by now; what was written before it was captured is read with NULL."""
    Ground(altered(FIRST, drop="details"), FIRST).read(0, 1)


def test_a_drop_that_brings_an_old_schema_back_is_seen() -> None:
    ground = Ground(altered(FIRST, drop="details"), FIRST)
    ground.read(0, 1)
    ground.read(1, 2)
    with pytest.raises(Halt, match="details"):
        ground.read(2, 1)


def test_another_primary_key_stops() -> None:
    key = {**KEY, "fields": [*KEY["fields"], {"name": "order_id", "type": "long"}]}
    with pytest.raises(Halt, match=r"primary key changed from \(id\) to \(id, order_id\)"):
        Ground(FIRST, key=key).read(0, 1)


class Recorder(Processor, SchemaReader):
    """Keeps what it was given; ``stops`` are raised in order, one a call."""

    name = "recorder"

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.told: list[int] = []
        self.refused: Halt | None = None
        self.stops: list[Exception] = []

    async def written_with(self, topic: Topic, schema: Avro, offset: int) -> None:
        self.told.append(offset)
        if self.refused is not None and offset >= self.refused.offset:
            raise self.refused

    async def process(self, batch: Batch) -> Outcome:
        if self.stops:
            raise self.stops.pop(0)
        self.batches.append([record.offset for record in batch.records])
        return Outcome()


def two_schemas(bench: Bench) -> list[Raw]:
    """Offsets 0 to 4, from 3 on written with another schema."""
    batch = bench.batch(0, 4)
    other = bench.registry.known[2] = {**bench.registry.known[1], "doc": "another"}
    assert other
    return [replace(raw, value=prefix(2) + (raw.value or b"")[5:]) if raw.offset > 2 else raw for raw in batch]


async def test_a_halted_partition_keeps_what_is_before_commits_it_and_takes_no_more() -> None:
    bench, processor = Bench(batch_records=50), Recorder()
    processor.refused = Halt("returns stopped at offset 3", 3)
    gate = asyncio.Event()

    async def wait(seconds: float) -> None:
        await gate.wait()

    bench.clock.sleep = wait  # type: ignore[method-assign]
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    done: list[bool] = []
    partition.reserve(5)
    partition.deliver(two_schemas(bench), lambda: done.append(True))
    await until(lambda: partition.halted is not None)
    assert (processor.batches, done, partition.room) == ([[0, 1, 2]], [], False)
    assert partition.tracker.committable() == Committed(3, "")
    assert partition.doing == "halted at 3: returns stopped at offset 3"
    assert not bench.failed

    processor.refused = None
    gate.set()
    await until(lambda: bool(done))
    assert (processor.batches, partition.halted, partition.room) == ([[0, 1, 2], [3, 4]], None, True)
    assert partition.tracker.committable() == Committed(5, "")
    await partition.close(1)


async def test_a_processor_that_halts_within_a_batch_is_asked_again_and_loses_nothing() -> None:
    bench, processor = Bench(), Recorder()
    processor.stops = [Halt("not yet", 0, retry_seconds=5, passing=True)] * 3
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    done: list[bool] = []
    partition.reserve(5)
    partition.deliver(bench.batch(0, 4), lambda: done.append(True))
    await until(lambda: bool(done))
    assert processor.batches == [[0, 1, 2, 3, 4]]
    assert partition.tracker.committable() == Committed(5, "")
    assert not bench.failed
    await partition.close(1)


async def test_a_halted_partition_can_be_given_back_at_once() -> None:
    bench, processor = Bench(), Recorder()
    processor.refused = Halt("stopped", 0)

    async def for_ever(seconds: float) -> None:
        await asyncio.Event().wait()

    bench.clock.sleep = for_ever  # type: ignore[method-assign]
    partition = BatchPartition(bench.topic, 0, Tracker(), bench.lane(), processor)
    partition.reserve(5)
    partition.deliver(bench.batch(0, 4), lambda: None)
    await until(lambda: partition.halted is not None)
    async with asyncio.timeout(30):
        await partition.close(60)
    assert partition.tracker.committable() is None


def test_the_watchdog_leaves_a_halted_partition_alone() -> None:
    class Still:
        tracker = Tracker()
        doing = "halted at 3: returns stopped"

    verdict, place = Verdict(seconds=60), TP("returns", 0)
    for now in (0, 100, 200):
        assert verdict.judge({place: cast(Partition, Still())}, {place: 9}, now) == {}
    Still.doing = "processing 3-9"
    verdict.judge({place: cast(Partition, Still())}, {place: 9}, 300)
    assert list(verdict.judge({place: cast(Partition, Still())}, {place: 9}, 400)) == [place]


@given(st.lists(st.tuples(st.sampled_from([b"", prefix(1) + b"v", prefix(2) + b"v"]), st.sampled_from([100, 101]))))
def test_a_fetch_is_steady_when_none_of_its_records_must_be_looked_at(kinds: list[tuple[bytes, int]]) -> None:
    ground = Ground(FIRST, FIRST)
    records = [Raw(offset, prefix(key) + b"k", value) for offset, (value, key) in enumerate(kinds)]
    assert not ground.gate.steady(records)
    ground.gate.passed(Raw(0, prefix(100) + b"k", prefix(1) + b"v"))
    if ground.gate.steady(records):
        assert not any(ground.gate.changed(record) for record in records)
    assert ground.gate.steady([record for record in records if not ground.gate.changed(record) and record.value])
