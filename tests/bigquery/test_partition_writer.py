"""One partition's rows are stored once: through broken connections, restarts, crashes and rival owners."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.bigquery import POSITION, VERSION, WarehouseTable
from sinks.bigquery import sql
from sinks.bigquery.claims import Claims, Place
from sinks.bigquery.errors import AppendError, ConnectionBrokenError, RowsRefusedError
from sinks.bigquery.requests import EncodedRow
from sinks.bigquery.writer import PartitionWriter
from tests.bigquery.fakes import (
    MemoryStorage,
    MemoryWarehouse,
    half_failed,
    lost_answer,
    lost_request,
    refused,
)
from tests.simulation.simulated_warehouse import SimulatedWarehouse

pytestmark = pytest.mark.unit
HISTORY = WarehouseTable(name="orders_history", description="", fields=(*POSITION, *VERSION))
PLACE = Place("cdc.orders", 0, HISTORY.name)


async def _no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


class Immediate:
    """What the claims ask, answered without a database: one that is made for each of many examples costs seconds."""

    dataset = MemoryWarehouse.dataset

    def __init__(self) -> None:
        self._server = SimulatedWarehouse()

    async def query(self, statement: str, parameters: Mapping[str, int] | None = None) -> list[Any]:
        return self._server.run(statement, parameters or {})

    def insert(self, table: str, **columns: Any) -> None:
        self._server.history.append(columns)

    def offsets(self, table: str) -> list[int]:
        return [row["_offset"] for row in self._server.history]


class Ground:
    """A warehouse in memory, and any number of owners of its one partition."""

    def __init__(self, warehouse: MemoryWarehouse | Immediate | None = None) -> None:
        self.warehouse = warehouse or MemoryWarehouse(sql.STREAMS, sql.MERGED, HISTORY)
        self.storage = MemoryStorage(self.warehouse)

    def owner(self) -> PartitionWriter:
        claims = Claims(self.warehouse, self.storage, window=0)
        return PartitionWriter(lambda: claims.claim(PLACE), self.storage, DescriptorProto(), sleep=_no_wait)

    @property
    def stored(self) -> list[int]:
        return self.storage.stored(HISTORY.name)


def rows(*offsets: int) -> list[EncodedRow]:
    return [EncodedRow(offset, str(offset).encode()) for offset in offsets]


async def test_rows_arrive_in_order_and_once() -> None:
    ground = Ground()
    writer = ground.owner()
    await writer.write(rows(0, 1, 2))
    await writer.write(rows(1, 2, 5, 6))
    assert ground.stored == [0, 1, 2, 5, 6]
    assert (writer.position, writer.last_offset) == (5, 6)


@pytest.mark.parametrize("fault", [lost_request, lost_answer, half_failed, refused])
async def test_a_fault_neither_loses_nor_doubles(fault: Callable[[Callable[[], None]], None]) -> None:
    ground = Ground()
    writer = ground.owner()
    ground.storage.faults.append(fault)
    await writer.write(rows(0, 1, 2))
    await writer.write(rows(3))
    assert ground.stored == [0, 1, 2, 3]


async def test_a_crash_after_the_append_and_before_the_commit_doubles_nothing() -> None:
    ground = Ground()
    await ground.owner().write(rows(0, 1, 2))
    await ground.owner().write(rows(0, 1, 2, 3))
    assert ground.stored == [0, 1, 2, 3]


async def test_a_batch_that_failed_may_come_back_larger() -> None:
    ground = Ground()
    writer = ground.owner()
    ground.storage.faults += [lost_answer, lost_request, lost_request, lost_request]
    with pytest.raises(ConnectionBrokenError):
        await writer.write(rows(0, 1))
    await writer.write(rows(0, 1, 2, 3))
    assert ground.stored == [0, 1, 2, 3]


async def test_a_woken_owner_cannot_write_beside_the_new_one() -> None:
    ground = Ground()
    old, new = ground.owner(), ground.owner()
    await old.write(rows(0, 1))
    stale = old.stream
    await new.write(rows(0, 1, 2))
    assert stale is not None
    assert ground.storage.streams[stale].finalized
    await old.write(rows(1, 2, 3))
    assert ground.stored == [0, 1, 2, 3]


async def test_an_owner_that_stopped_before_its_first_commit_is_fenced_too() -> None:
    """Its stream is known from the table of streams although no consumer-group offset names it."""
    ground = Ground()
    old, new = ground.owner(), ground.owner()
    await old.ready()
    await new.write(rows(0))
    ground.storage.faults.append(refused)
    await old.write(rows(0, 1))
    assert ground.stored == [0, 1]


async def test_a_restart_of_the_server_loses_streams_and_no_rows() -> None:
    ground = Ground()
    writer = ground.owner()
    await writer.write(rows(0, 1))
    ground.storage.forget()
    await writer.write(rows(2, 3))
    assert ground.stored == [0, 1, 2, 3]


async def test_rows_in_the_place_of_a_request_never_sent_are_not_taken_for_ours() -> None:
    ground = Ground()
    writer = ground.owner()
    await writer.write(rows(0))
    assert writer.stream is not None
    ground.storage.streams[writer.stream].rows += 2
    await writer.write(rows(1, 2))
    assert ground.stored == [0, 1, 2]


async def test_a_server_that_stays_away_is_an_error_and_the_next_try_is_exact() -> None:
    ground = Ground()
    writer = ground.owner()
    ground.storage.faults += [lost_request] * 4
    with pytest.raises(AppendError) as away:
        await writer.write(rows(0))
    assert away.value.code is grpc.StatusCode.UNAVAILABLE
    await writer.write(rows(0))
    assert ground.stored == [0]


async def test_a_cancelled_write_is_asked_about() -> None:
    ground = Ground()
    writer = ground.owner()
    await writer.write(rows(0))

    def cancelled(do: Callable[[], None]) -> None:
        do()
        raise asyncio.CancelledError

    ground.storage.faults.append(cancelled)
    with pytest.raises(asyncio.CancelledError):
        await writer.write(rows(1))
    assert writer.stream is None
    await writer.write(rows(1, 2))
    assert ground.stored == [0, 1, 2]


async def test_refused_rows_are_named_by_their_place_in_what_was_written() -> None:
    ground = Ground()
    writer = ground.owner()
    await writer.write(rows(0, 1))

    def refusing(_do: Callable[[], None]) -> None:
        raise RowsRefusedError({1: "bad"})

    ground.storage.faults.append(refusing)
    with pytest.raises(RowsRefusedError) as error:
        await writer.write(rows(0, 1, 2, 3, 4))
    assert error.value.reasons == {3: "bad"}
    await writer.write(rows(2, 4))
    assert ground.stored == [0, 1, 2, 4]


async def test_finalized_streams_are_forgotten() -> None:
    ground = Ground()
    for _ in range(3):
        await ground.owner().write(rows(0))
    assert len(await ground.warehouse.query(f"SELECT stream FROM `project.dataset.{sql.STREAMS.name}`")) == 1


FAULTS = st.sampled_from([lost_request, lost_answer, half_failed, refused, None])
STEP = st.tuples(st.integers(0, 2), st.integers(1, 4), st.lists(FAULTS, max_size=3), st.booleans())


@settings(max_examples=200)
@given(st.lists(STEP, min_size=1, max_size=8))
async def test_whoever_writes_and_whatever_fails(
    steps: list[tuple[int, int, list[Callable[[Callable[[], None]], None] | None], bool]],
) -> None:
    """Rival owners redeliver from where the group committed; restarts and faults happen: each offset is there once."""
    ground = Ground(Immediate())
    owners = [ground.owner() for _ in range(3)]
    committed = end = 0
    for number, more, faults, restart in steps:
        if restart:
            ground.storage.forget()
        ground.storage.faults = [fault for fault in faults if fault is not None]
        end = max(end, committed + more)
        try:
            await owners[number].write(rows(*range(committed, end)))
        except AppendError:
            continue
        finally:
            ground.storage.faults = []
        if number != 1:  # the second owner never gets to commit
            committed = end
    await owners[0].write(rows(*range(committed, end + 1)))
    assert ground.stored == list(range(end + 1))
