"""The warehouse sink: every record of a partition into its history table once, and the newest state beside it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from runtime import metrics
from runtime.avro.wanted import Wanted
from runtime.clock import Clock, SystemClock
from runtime.errors import BadRecord, UserError
from runtime.gate import SchemaReader
from runtime.halt import Halt
from runtime.processor import Committed, Outcome, Processor, TakesAgain
from runtime.records import Batch, Record
from runtime.retry import Backoff, retry
from schemas import bigquery as tables
from schemas.topic import Avro, Topic
from sinks.bigquery.changes import Row, row_of, wanted
from sinks.bigquery.claims import Claims, Place
from sinks.bigquery.errors import RowsRefusedError, SchemaBehindError
from sinks.bigquery.growth import Growth
from sinks.bigquery.halts import halt_for, refuses
from sinks.bigquery.late import LateWriter, Writes
from sinks.bigquery.merger import Merger
from sinks.bigquery.requests import EncodedRow, fitting
from sinks.bigquery.rows import RowEncoder
from sinks.bigquery.storage import Storage
from sinks.bigquery.upserts import Upserts
from sinks.bigquery.writer import PartitionWriter

log = structlog.get_logger(__name__)
_BREATH = 500
_PART = 2_000
"""Records whose rows are written while the next ones' are made."""
_LARGE = 1_000_000
_BEHIND_SECONDS = 5.0
_START = Backoff(first=0.2, ceiling=5.0, attempts=None)
_GROUP = "balcao.bigquery"
Rejected = list[tuple[Record, BadRecord]]


@dataclass(slots=True)
class Kept:
    """Where one topic's rows go; of ``merger`` and ``upserts`` at most one is set, neither for events.

    ``empty`` hides current rows with versions up to the one it is given, whenever they come. ``growth`` replaces the
    encoder, and what else depends on the columns, when the topic gains some.
    """

    topic: Topic
    encoder: RowEncoder
    merger: Merger | None = None
    upserts: Upserts | None = None
    growth: Growth | None = None
    empty: Callable[[int], Awaitable[None]] | None = None


@dataclass(slots=True)
class Wiring:
    """What the sink works with; ``close`` ends the connections, after ``kept``'s mergers have stopped."""

    kept: Sequence[Kept]
    claims: Claims
    storage: Storage
    close: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Made:
    """A batch's records that have a row, the row as bytes, and the row itself where more is to be done with it.

    The three are as long as each other. Most rows are gone as soon as their bytes are made.
    """

    records: list[Record]
    encoded: list[EncodedRow]
    rows: list[Row | None]

    def extend(self, other: "Made") -> None:
        """Takes in the rows that follow."""
        self.records += other.records
        self.encoded += other.encoded
        self.rows += other.rows

    def remove(self, index: int) -> Record:
        """Takes one out, and answers its record."""
        self.encoded.pop(index)
        self.rows.pop(index)
        return self.records.pop(index)


class BigQuerySink(Processor, SchemaReader, TakesAgain):
    """Writes batches to history streams. Batches adapt by themselves: while one is written, the next one gathers.

    A batch is done when its rows can be queried. Its outcome's metadata names the stream, the last Kafka offset in the
    table and the stream's row count.
    """

    name = "bigquery"
    pace_seconds = 0.15
    longest_pace_seconds = 0.25
    batch_records = 10_000
    backoff = Backoff(first=0.1, ceiling=5.0, attempts=20)

    def __init__(
        self, topics: Sequence[Topic], connect: Callable[[], Awaitable[Wiring]], *, clock: Clock | None = None
    ) -> None:
        """``connect`` is called at start, inside the event loop, and again when it fails."""
        self.topics = tuple(topics)
        self._connect = connect
        self._clock = clock or SystemClock()
        self._wiring: Wiring | None = None
        self._kept: dict[str, Kept] = {}
        self._writers: dict[tuple[str, int], PartitionWriter] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._wiring = await retry(self._connect, backoff=_START, never=(UserError,), clock=self._clock, notice=_notice)
        for cause in (metrics.WAREHOUSE, metrics.WAREHOUSE_CREDENTIALS):
            metrics.WAITS_FOR.labels(_GROUP, cause).set(0)
        self._kept = {one.topic.name: one for one in self._wiring.kept}
        for one in self._wiring.kept:
            if one.merger is not None:
                self._tasks.add(asyncio.ensure_future(one.merger.run()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers.values():
            writer.drop()
        self._writers.clear()
        if self._wiring is not None:
            await self._wiring.close()

    async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
        assert self._wiring is not None, "start comes first"
        claims, place = self._wiring.claims, Place(topic.name, partition, tables.history_name(topic))
        writer = PartitionWriter(
            lambda: claims.claim(place),
            self._wiring.storage,
            self._kept[topic.name].encoder.descriptor,
            sleep=self._clock.sleep,
            confirmed=_last_written(committed),
            held=lambda offsets: claims.held(place, offsets),
        )
        self._writers[topic.name, partition] = writer
        # ahead of the first batch, together with the other partitions; a failure is left to that batch
        self._spawn(writer.ready())

    async def revoked(self, topic: Topic, partition: int) -> None:
        writer = self._writers.pop((topic.name, partition), None)
        if writer is not None:
            writer.drop()

    def wanted(self, topic: Topic) -> Wanted:
        return wanted(topic)

    async def written_with(self, topic: Topic, schema: Avro, offset: int) -> None:
        growth = self._kept[topic.name].growth
        if growth is not None:
            with _halting(topic, offset):
                await growth.admit(schema, offset)

    async def process(self, batch: Batch) -> Outcome:
        kept = self._kept[batch.topic.name]
        writer = self._writers[batch.topic.name, batch.partition]
        with _halting(batch.topic, batch.first_offset):
            made, rejected = await self._store(kept, writer, batch)
        if kept.merger is not None and made.records:
            kept.merger.wrote(batch.partition, writer.last_offset)
        return Outcome(rejected, _metadata(writer))

    async def again(self, batch: Batch) -> Outcome:
        """Redriven records: into the history where their offsets are not in it, into the current rows where newer."""
        assert self._wiring is not None, "start comes first"
        kept = self._kept[batch.topic.name]
        writer = LateWriter(self._wiring.claims, self._wiring.storage, batch, sleep=self._clock.sleep)
        with _halting(batch.topic, batch.first_offset):
            made, rejected = await self._store(kept, writer, batch)
        if kept.merger is not None and made.records:
            await kept.merger.again(batch.partition, [record.offset for record in made.records])
        return Outcome(rejected)

    async def _store(self, kept: Kept, writer: Writes, batch: Batch) -> tuple[Made, Rejected]:
        rejected: Rejected = []
        # one encoder for the whole batch: another partition may bring new columns meanwhile
        encoder, upserts = kept.encoder, kept.upserts
        writer.reshape(encoder.descriptor)
        try:
            made = await self._written(writer, batch, encoder, rejected, with_rows=upserts is not None)
            rows = [row for row in made.rows if row is not None]
            if upserts is not None and rows:
                await upserts.write([row for row in rows if row["_op"] != tables.TRUNCATED])
            await _emptied(kept, rows)
        except SchemaBehindError as behind:
            log.warning("BigQuery does not take the rows' columns yet", topic=batch.topic.name, error=str(behind))
            if kept.growth is not None:
                await kept.growth.restore(batch.first_offset)
            why = "BigQuery does not take the rows' columns yet; tried again until it does"
            raise Halt(why, batch.first_offset, retry_seconds=_BEHIND_SECONDS, passing=True) from behind
        return made, rejected

    async def _written(
        self, writer: Writes, batch: Batch, encoder: RowEncoder, rejected: Rejected, *, with_rows: bool
    ) -> Made:
        """Makes the rows part by part, each while the one before it is written; returns when all of them are."""
        done = Made([], [], [])
        writing: asyncio.Task[Made] | None = None
        try:
            for start in range(0, len(batch.records), _PART):
                records = batch.records[start : start + _PART]
                made = await self._made(batch, records, encoder, rejected, with_rows=with_rows)
                if writing is not None:
                    done.extend(await writing)
                writing = asyncio.create_task(self._write(writer, made, rejected))
            if writing is not None:
                done.extend(await writing)
        finally:
            if writing is not None:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
        return done

    async def _made(
        self, batch: Batch, records: Sequence[Record], encoder: RowEncoder, rejected: Rejected, *, with_rows: bool
    ) -> Made:
        made = Made([], [], [])
        topic, partition, encode = batch.topic, batch.partition, encoder.encode
        for start in range(0, len(records), _BREATH):
            for record in records[start : start + _BREATH]:
                try:
                    row = row_of(topic, partition, record)
                    encoded = EncodedRow(record.offset, encode(row))
                    if len(encoded.data) > _LARGE:
                        fitting(encoded)
                except BadRecord as bad:
                    rejected.append((record, bad))
                    continue
                made.records.append(record)
                made.encoded.append(encoded)
                made.rows.append(row if with_rows or row["_op"] == tables.TRUNCATED else None)
            await asyncio.sleep(0)
        return made

    async def _write(self, writer: Writes, made: Made, rejected: Rejected) -> Made:
        """Writes what was made and returns it; what BigQuery refuses moves from there to ``rejected``."""
        while True:
            try:
                await writer.write(made.encoded)
            except RowsRefusedError as refused:
                for index in sorted(refused.reasons, reverse=True):
                    reason = BadRecord("refused-by-bigquery", refused.reasons[index])
                    rejected.append((made.remove(index), reason))
            else:
                return made

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("could not claim a partition yet", error=str(error))


async def _emptied(kept: Kept, rows: Sequence[Row]) -> None:
    """Applies the batch's last TRUNCATE; again when the batch comes again, which changes nothing."""
    last = max((row["_lsn"] for row in rows if row["_op"] == tables.TRUNCATED), default=None)
    if last is not None and kept.empty is not None:
        log.warning("the table was truncated, its older rows are hidden", topic=kept.topic.name, version=last)
        await kept.empty(last)


def _metadata(writer: PartitionWriter) -> str:
    return json.dumps({"stream": writer.stream, "offset": writer.last_offset, "rows": writer.position})


def _last_written(committed: Committed | None) -> int:
    """The last Kafka offset the group knows to be in the table; -1 when it does not say."""
    if committed is None or not committed.metadata:
        return -1
    try:
        return int(json.loads(committed.metadata)["offset"])
    except (ValueError, KeyError, TypeError):
        return -1


def _notice(error: Exception, attempts: int, delay: float) -> None:
    cause = metrics.WAREHOUSE_CREDENTIALS if refuses(error) else metrics.WAREHOUSE
    metrics.WAITS_FOR.labels(_GROUP, cause).set(1)
    log.warning("the warehouse is not ready", error=str(error), attempts=attempts, delay=delay)


@contextmanager
def _halting(topic: Topic, offset: int) -> Iterator[None]:
    """Turns failures that a person must end into a halt before ``offset``."""
    try:
        yield
    except Exception as error:
        halt = halt_for(error, tables.history_name(topic), offset)
        if halt is None:
            raise
        raise halt from error
