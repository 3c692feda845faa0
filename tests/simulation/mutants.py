"""Production code broken on purpose, in memory: each of these the simulator must see."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime import batched, partition
from runtime.intake import Opened
from runtime.processor import Outcome
from runtime.producer import ProduceError
from runtime.records import Batch
from sinks.bigquery import claims, late, sql, writer
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

    async def once(work: Callable[[], Any], **_: Any) -> None:
        try:
            await work()
        except ProduceError:
            return

    kept = partition.Partition._bury

    async def bury(self: Any, *args: Any, **options: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(partition, "retry", once)
            await kept(self, *args, **options)

    patch.setattr(partition.Partition, "_bury", bury)


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
        with pytest.MonkeyPatch.context() as inner:

            async def known(_places: Any) -> Any:
                return last

            inner.setattr(self, "_last_offsets", known, raising=False)
            return await kept(self, places)

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

    async def held(self: Any, place: Any, offsets: Any) -> set[int]:
        return set()

    class Blind(late.LateWriter):
        async def write(self, rows: Any) -> None:
            with pytest.MonkeyPatch.context() as inner:
                inner.setattr(claims.Claims, "held", held)
                await late.LateWriter.write(self, rows)

    from sinks.bigquery import processor

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
)
