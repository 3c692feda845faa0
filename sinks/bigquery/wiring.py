"""Putting the sink together: the tables first, then what writes to them."""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial

import structlog

from runtime.clock import Clock
from runtime.settings import BigQuerySettings
from schemas import bigquery as tables
from schemas.bigquery import Field, WarehouseTable
from schemas.topic import Topic
from schemas.topics import TOPICS
from sinks.bigquery import sql
from sinks.bigquery.claims import Claims
from sinks.bigquery.growth import Growth
from sinks.bigquery.merger import Merger, resume
from sinks.bigquery.probe import applies_changes
from sinks.bigquery.processor import Kept, Wiring
from sinks.bigquery.rows import RowEncoder
from sinks.bigquery.storage import GrpcStorage
from sinks.bigquery.upserts import Upserts
from sinks.bigquery.warehouse import Warehouse

log = structlog.get_logger(__name__)


def taken() -> tuple[Topic, ...]:
    """The register's topics that list the warehouse as a consumer."""
    return tuple(topic for topic in TOPICS if tables.STATION in topic.consumers)


async def connect(settings: BigQuerySettings, topics: Sequence[Topic], clock: Clock) -> Wiring:
    """Creates what is missing in the dataset and wires the sink. Raises what the servers answer."""
    warehouse, storage = Warehouse(settings), GrpcStorage(settings)

    async def close() -> None:
        await storage.close()
        await warehouse.close()

    try:
        await warehouse.prepare([sql.STREAMS, sql.MERGED, sql.EMPTIED])
        native = await _tried_beside(applies_changes(warehouse, storage), _tables(warehouse, topics))
        log.info("current rows are kept", by="BigQuery's change data capture" if native else "merging")
        kept = await _kept(warehouse, storage, topics, clock, native=native)
    except BaseException:
        await close()
        raise
    return Wiring(kept, Claims(warehouse, storage), storage, close)


async def _tried_beside(trial: Awaitable[bool], work: Awaitable[None]) -> bool:
    """What the trial found; raises what either raises, when both have ended."""
    found, done = await asyncio.gather(trial, work, return_exceptions=True)
    for one in (found, done):
        if isinstance(one, BaseException):
            raise one
    return found is True


async def _tables(warehouse: Warehouse, topics: Sequence[Topic]) -> None:
    currents = [one for one in (tables.current(topic) for topic in topics) if one is not None]
    # before they are made anew, so that a process that ends in between does it again
    for name in await warehouse.missing(one.name for one in currents):
        await warehouse.query(sql.unmerged(warehouse.dataset, name))
    await warehouse.prepare([*(tables.history(topic) for topic in topics), *currents])


async def _kept(
    warehouse: Warehouse, storage: GrpcStorage, topics: Sequence[Topic], clock: Clock, *, native: bool
) -> list[Kept]:
    turns = asyncio.Semaphore(1)
    kept: list[Kept] = []
    mergers: dict[str, Merger] = {}
    histories: dict[str, str] = {}
    for topic in topics:
        one = Kept(topic, RowEncoder(tables.history(topic).fields))
        one.growth = Growth(topic, warehouse, partial(_reshape, one, warehouse, storage))
        kept.append(one)
        current = tables.current(topic)
        if current is None:
            continue
        one.empty = partial(_empty, warehouse, current.name)
        if native and len(current.primary_key) <= tables.MOST_KEY_COLUMNS:
            one.upserts = Upserts(storage, current)
        else:
            history = tables.history_name(topic)
            remake = partial(_remake, warehouse)
            one.merger = Merger(warehouse, current, history, clock=clock, turns=turns, remake=remake)
            mergers[current.name], histories[current.name] = one.merger, history
    await asyncio.gather(*(one.growth.resume() for one in kept if one.growth is not None))
    await resume(warehouse, mergers, histories)
    return kept


async def _remake(warehouse: Warehouse, table: WarehouseTable) -> None:
    await warehouse.query(sql.unmerged(warehouse.dataset, table.name))
    await warehouse.prepare([table])


async def _empty(warehouse: Warehouse, name: str, lsn: int) -> None:
    await warehouse.query(*sql.emptied(warehouse.dataset, name, lsn))


async def _reshape(
    kept: Kept, warehouse: Warehouse, storage: GrpcStorage, beyond: Sequence[Field], brought: Sequence[Field]
) -> None:
    """Brings all that depends on the columns to them: ``beyond`` the tables hold, ``brought`` a row may bring."""
    topic, current = kept.topic, tables.current(kept.topic)
    if current is not None:
        await _view(warehouse, topic, tables.grown(current, beyond), native=kept.upserts is not None)
        if kept.upserts is not None:
            kept.upserts = Upserts(storage, tables.grown(current, brought))
        if kept.merger is not None:
            kept.merger.reshape(tables.grown(current, beyond))
    kept.encoder = RowEncoder(tables.grown(tables.history(topic), brought).fields)


async def _view(warehouse: Warehouse, topic: Topic, current: WarehouseTable, *, native: bool) -> None:
    body = (
        sql.live_view(warehouse.dataset, current)
        if native
        else sql.newest_view(warehouse.dataset, current, tables.history_name(topic))
    )
    description = f"{topic.description} The newest state at once, without deleted rows."
    await warehouse.query(sql.create_view(warehouse.dataset, tables.view_name(topic), body, description))
