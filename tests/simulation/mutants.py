"""Production code broken on purpose, in memory: each of these the simulator must see.

What is patched is patched for the whole of a play: patches within awaited calls end in another order, and stay.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, cast

import pytest

from runtime import batched, gate, halting, keyed, partition, tracker, watchdog
from runtime.intake import Opened
from runtime.processor import Committed, Outcome
from runtime.producer import ProduceError
from runtime.records import Batch
from runtime.retry import retry
from sinks.bigquery import claims, late, processor, sql, writer
from sinks.qdrant import guard
from sinks.qdrant import writer as points

Mutant = Callable[[pytest.MonkeyPatch], None]


def acknowledges_early(patch: pytest.MonkeyPatch) -> None:
    """The offset may be committed before the work is done."""

    async def work(self: Any, opened: Opened, span: tuple[int, int, int]) -> None:
        first, last, since_ms = span
        self.tracker.take(first, last, since_ms)
        self.tracker.finish(first, None)
        outcome = Outcome()
        if opened.good:
            outcome = await self._processed(Batch(self.topic, self.number, opened.good, first, last))
        await self._bury([*opened.poison, *outcome.rejected])

    patch.setattr(batched.BatchPartition, "_work", work)


def forgets_dead_letters_that_were_not_confirmed(patch: pytest.MonkeyPatch) -> None:
    """A dead letter is sent once, and its failure is nobody's business."""

    async def once(work: Callable[[], Any], *, on: Any = Exception, **options: Any) -> Any:
        if on is not ProduceError:
            return await retry(work, on=on, **options)
        try:
            await work()
        except ProduceError:
            return None

    patch.setattr(partition, "retry", once)


def merges_without_a_guard(patch: pytest.MonkeyPatch) -> None:
    """A matching row is overwritten by whatever the merge brings."""
    kept = sql.merge

    def merge(*args: Any) -> Any:
        text, parameters = kept(*args)
        head, _, rest = text.partition("WHEN MATCHED AND (")
        return head + "WHEN MATCHED\nTHEN" + rest.partition(")\nTHEN")[2], parameters

    patch.setattr(sql, "merge", merge)


def claims_without_closing_the_others_streams(patch: pytest.MonkeyPatch) -> None:
    """A claim leaves the streams of earlier owners open."""

    async def finalize(self: Any, stream: str) -> None:
        return

    from tests.simulation.simulated_warehouse import Storage

    patch.setattr(Storage, "finalize", finalize)


def asks_for_the_last_offset_before_closing(patch: pytest.MonkeyPatch) -> None:
    """What the table has is asked first, and the others' streams are closed after."""
    kept = claims.Claims._take_over

    async def take_over(self: Any, places: Any) -> Any:
        last = await self._last_offsets(places)

        async def known(_places: Any) -> Any:
            return last

        other = copy(self)
        other._last_offsets = known
        return await kept(other, places)

    patch.setattr(claims.Claims, "_take_over", take_over)


def takes_rows_that_are_there_for_its_own(patch: pytest.MonkeyPatch) -> None:
    """``ALREADY_EXISTS`` counts as success also for a request that was never sent."""
    kept = writer.PartitionWriter._confirm

    async def confirm(self: Any, connection: Any, append: Any, index: int, *, known: bool) -> None:
        await kept(self, connection, append, index, known=True)

    patch.setattr(writer.PartitionWriter, "_confirm", confirm)


def keeps_a_stream_in_doubt(patch: pytest.MonkeyPatch) -> None:
    """A stream that failed is claimed anew, but the table is not asked what it has."""
    kept = writer.PartitionWriter.ready

    async def ready(self: Any) -> None:
        before = self.last_offset
        await kept(self)
        self.last_offset = before if before >= 0 else self.last_offset
        self.last_offset = min(before, self.last_offset)

    patch.setattr(writer.PartitionWriter, "ready", ready)


def takes_a_refused_row_for_written(patch: pytest.MonkeyPatch) -> None:
    """All rows up to the table's last are left out, also one that BigQuery refused before a crash."""

    async def lacking(self: Any, rows: Any) -> list[int]:
        return [index for index, row in enumerate(rows) if row.offset > self.last_offset]

    patch.setattr(writer.PartitionWriter, "_lacking", lacking)


def writes_late_rows_without_looking(patch: pytest.MonkeyPatch) -> None:
    """What was redriven is written whether the table has it or not."""

    class Unseeing:
        def __init__(self, known: Any) -> None:
            self.claim = known.claim

        async def held(self, _place: Any, _offsets: Any) -> set[int]:
            return set()

    class Blind(late.LateWriter):
        def __init__(self, known: Any, *args: Any, **options: Any) -> None:
            super().__init__(cast(Any, Unseeing(known)), *args, **options)

    patch.setattr(processor, "LateWriter", Blind)


def upserts_points_without_a_guard(patch: pytest.MonkeyPatch) -> None:
    """A point is replaced whatever is stored."""
    patch.setattr(points, "replaces_any", lambda _states: None)
    patch.setattr("sinks.qdrant.plan.newer", lambda _incoming, _stored: True)


def takes_the_last_document_of_a_batch_for_the_newest(patch: pytest.MonkeyPatch) -> None:
    """Of equal versions the offset does not decide."""

    def newer(incoming: Any, stored: Any) -> bool:
        return bool(incoming["version"] > stored["version"])

    for module in (guard, points):
        patch.setattr(module, "newer", newer)
    patch.setattr("sinks.qdrant.plan.newer", newer)


def commits_past_unfinished_records(patch: pytest.MonkeyPatch) -> None:
    """What is finished last is committed, whatever before it is still in hand."""

    def finish(self: Any, first: int, metadata: str | None = None) -> None:
        span = self._spans.pop(first)
        reached = max(span.last + 1, self._reached.offset if self._reached else 0)
        self._reached = Committed(reached, metadata or "")

    patch.setattr(tracker.Tracker, "finish", finish)


def handles_a_key_s_records_at_the_same_time(patch: pytest.MonkeyPatch) -> None:
    """Each record has a task of its own, whatever its key."""

    def submit(self: Any, record: Any) -> None:
        self._start(self._handle(record), record)

    patch.setattr(keyed.KeyedPartition, "_submit", submit)


def takes_waiting_records_for_done_when_it_is_revoked(patch: pytest.MonkeyPatch) -> None:
    """What waits for its key's turn counts as finished when the partition is given back."""
    kept = keyed.KeyedPartition.close

    async def close(self: Any, drain_seconds: float) -> None:
        waiting = [record for chain in self._chains.values() for record in list(chain)[self._processor.burst :]]
        await kept(self, drain_seconds)
        for record in waiting:
            if record.offset in self.tracker._spans:
                self.tracker.finish(record.offset)

    patch.setattr(keyed.KeyedPartition, "close", close)


def hides_no_rows_at_a_truncate(patch: pytest.MonkeyPatch) -> None:
    """A TRUNCATE is a row of the history, and nothing else."""

    async def emptied(_kept: Any, _changes: Any) -> None:
        return

    patch.setattr(processor, "_emptied", emptied)


def writes_rows_before_their_new_columns(patch: pytest.MonkeyPatch) -> None:
    """A column that the table gained is not given to the warehouse."""

    async def written_with(self: Any, topic: Any, schema: Any, offset: int) -> None:
        return

    patch.setattr(processor.BigQuerySink, "written_with", written_with)


def takes_rows_that_break_their_readers(patch: pytest.MonkeyPatch) -> None:
    """A column that is gone, or has another type, stops nobody."""
    patch.setattr(gate.Gate, "_judge", lambda _self, _schema, _record: None)


def ends_the_process_where_a_table_has_to_stand(patch: pytest.MonkeyPatch) -> None:
    """What stops one table stops all that the process has."""

    async def stand(self: Any, halt: Any) -> None:
        raise RuntimeError(str(halt))

    patch.setattr(halting.Halting, "stand", stand)


def watches_only_what_is_in_hand(patch: pytest.MonkeyPatch) -> None:
    """The watchdog rests while a partition has no record in hand, also when nobody fetches it."""
    kept = watchdog.Verdict.judge

    def judge(self: Any, partitions: Any, ends: Any, now: float) -> Any:
        return kept(self, {tp: each for tp, each in partitions.items() if each.tracker.in_hand}, ends, now)

    patch.setattr(watchdog.Verdict, "judge", judge)


MUTANTS: tuple[Mutant, ...] = (
    acknowledges_early,
    forgets_dead_letters_that_were_not_confirmed,
    merges_without_a_guard,
    claims_without_closing_the_others_streams,
    asks_for_the_last_offset_before_closing,
    keeps_a_stream_in_doubt,
    takes_a_refused_row_for_written,
    writes_late_rows_without_looking,
    upserts_points_without_a_guard,
    takes_the_last_document_of_a_batch_for_the_newest,
    commits_past_unfinished_records,
    handles_a_key_s_records_at_the_same_time,
    takes_waiting_records_for_done_when_it_is_revoked,
    hides_no_rows_at_a_truncate,
    writes_rows_before_their_new_columns,
    takes_rows_that_break_their_readers,
    ends_the_process_where_a_table_has_to_stand,
    watches_only_what_is_in_hand,
)
