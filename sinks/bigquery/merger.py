"""Keeping the tables of current rows near the history: merges in the background, in the way of nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from google.api_core.exceptions import NotFound

from runtime import metrics
from runtime.clock import Clock
from schemas.bigquery import WarehouseTable
from sinks.bigquery import sql
from sinks.bigquery.claims import Queries

log = structlog.get_logger(__name__)
_ROWS = 200_000
_GROUP = "balcao.bigquery"
Remake = Callable[[WarehouseTable], Awaitable[None]]
_SHORT, _LONG, _REST = 10.0, 60.0, 200.0


class Merger:
    """Merges one table's tail, again and again while there is one.

    The view shows the tail anyhow, so merging is never urgent: after each merge it rests 200 times as long as that
    took (10 to 60 s), so that a dozen tables together take a few hundredths of the warehouse's time. A merge that fails
    is tried again; nothing is lost by it, because the ranges advance only after their merge.
    """

    def __init__(
        self,
        queries: Queries,
        table: WarehouseTable,
        history: str,
        *,
        clock: Clock,
        turns: asyncio.Semaphore,
        remake: Remake | None = None,
    ) -> None:
        """``remake`` makes the table anew after somebody deleted it, and forgets what was merged into it."""
        self._queries = queries
        self._table = table
        self._history = history
        self._clock = clock
        self._turns = turns
        self._remake = remake
        self._merged: dict[int, int] = {}
        self._written: dict[int, int] = {}
        self._news = asyncio.Event()

    def resume(self, merged: Mapping[int, int], written: Mapping[int, int]) -> None:
        """What the warehouse says at start: offsets merged and offsets in the history, by partition."""
        self._merged.update(merged)
        for partition, offset in written.items():
            self.wrote(partition, offset)

    def reshape(self, table: WarehouseTable) -> None:
        """Merges that table's columns from now on."""
        self._table = table

    def wrote(self, partition: int, offset: int) -> None:
        """The history holds the partition's rows up to this offset. Never blocks."""
        self._written[partition] = max(offset, self._written.get(partition, -1))
        if offset > self._merged.get(partition, -1):
            self._news.set()

    def tail(self) -> dict[int, sql.Range]:
        """What is to be merged next, at most some 200,000 offsets a partition."""
        ranges = {}
        for partition, high in self._written.items():
            low = self._merged.get(partition, -1)
            if high > low:
                ranges[partition] = (low, min(high, low + _ROWS))
        return ranges

    async def merge(self) -> None:
        """Merges the tail as it is now; raises what BigQuery answers.

        A table that is gone is made anew, and merged from the beginning of the history.
        """
        try:
            await self._merge()
        except NotFound:
            if self._remake is None:
                raise
            log.warning("the table of current rows is gone, it is made anew", table=self._table.name)
            await self._remake(self._table)
            self._merged.clear()
            await self._merge()

    async def _merge(self) -> None:
        ranges = self.tail()
        if not ranges:
            return
        dataset, table = self._queries.dataset, self._table
        await self._queries.query(*sql.merge(dataset, table, self._history, ranges))
        done = {partition: high for partition, (_, high) in ranges.items()}
        await self._queries.query(*sql.advance(dataset, table.name, done))
        self._merged.update(done)

    async def again(self, partition: int, offsets: Sequence[int]) -> None:
        """Merges rows that came late, beside those between them; raises what BigQuery answers."""
        ranges = {partition: (min(offsets) - 1, max(offsets))}
        async with self._turns:
            await self._queries.query(*sql.merge(self._queries.dataset, self._table, self._history, ranges))

    async def run(self) -> None:
        """Merges until it is cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            async with self._turns:
                started = self._clock.monotonic()
                try:
                    await self.merge()
                    metrics.WAITS_FOR.labels(_GROUP, metrics.MERGES).set(0)
                except Exception as error:  # noqa: BLE001 - tried again; the view does not depend on it
                    metrics.WAITS_FOR.labels(_GROUP, metrics.MERGES).set(1)
                    log.warning("merge failed, trying again", table=self._table.name, error=type(error).__name__)
                took = self._clock.monotonic() - started
            if self.tail():
                self._news.set()
            await self._clock.sleep(min(_LONG, max(_SHORT, took * _REST)))


async def resume(queries: Queries, mergers: Mapping[str, Merger], histories: Mapping[str, str]) -> None:
    """Tells each merger where it and the history stand; keys of both maps are tables of current rows."""
    merged: dict[str, dict[int, int]] = {}
    for row in await queries.query(sql.merged_offsets(queries.dataset)):
        merged.setdefault(row.table_name, {})[row.number] = row.merged_offset  # type: ignore[attr-defined]

    async def ask(name: str) -> None:
        rows = await queries.query(sql.last_offsets(queries.dataset, histories[name]))
        written = {row.number: row.last_offset for row in rows}  # type: ignore[attr-defined]
        mergers[name].resume(merged.get(name, {}), written)

    await asyncio.gather(*(ask(name) for name in mergers))
