"""The simulated servers do what the real ones do: one suite, run against both."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto
from qdrant_client import models

from runtime.qdrant import connect
from runtime.settings import QdrantSettings
from schemas import bigquery as tables
from schemas.bigquery import WarehouseTable
from sinks.bigquery import sql
from sinks.bigquery.errors import AlreadyWrittenError, StreamLostError
from sinks.bigquery.requests import Append, EncodedRow
from sinks.bigquery.rows import RowEncoder
from sinks.bigquery.storage import GrpcStorage
from sinks.bigquery.warehouse import Warehouse
from sinks.qdrant.guard import replaces_any, replaces_same_text
from tests.bigquery.conftest import Emulator, emulator
from tests.bigquery.fakes import MemoryWarehouse
from tests.qdrant.conftest import qdrant_url
from tests.simulation.simulated_index import IndexClient, SimulatedIndex
from tests.simulation.simulated_process import Dice, Frozen
from tests.simulation.simulated_records import PAYMENTS
from tests.simulation.simulated_warehouse import Queries, SimulatedWarehouse, Storage

__all__ = ["emulator", "qdrant_url"]
REAL = pytest.param("real", marks=pytest.mark.broker)
IN_MEMORY = [pytest.param(kind, marks=pytest.mark.unit) for kind in ("simulated", "sql")]
Put = Callable[[Iterable[tuple[int, int, int, int, str]]], Any]


def alive() -> Frozen:
    return Frozen("test", Dice(0))


def current_table() -> WarehouseTable:
    found = tables.current(PAYMENTS)
    assert found is not None
    return found


@dataclass
class Ground:
    """A warehouse: its query API; ``put`` adds history rows (partition, offset, position, key, operation).

    ``hidden`` tells up to which position the current rows are hidden.
    """

    queries: Any
    put: Put
    read: Callable[[], Any]
    hidden: Callable[[], Any]

    async def run(self, statement: str, parameters: Mapping[str, int] | None = None) -> list[Any]:
        return list(await self.queries.query(statement, parameters or {}))


@pytest.fixture(params=[*IN_MEMORY, REAL])
async def ground(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    if request.param == "simulated":
        server = SimulatedWarehouse()

        async def put(rows: Any) -> None:
            names = ("_kafka_partition", "_offset", "_lsn", "id", "_op")
            server.history += [dict(zip(names, row, strict=True)) for row in rows]

        async def read() -> dict[int, tuple[int, int]]:
            return {key: (row["_lsn"], row["_offset"]) for key, row in server.current.items()}

        async def hidden_up_to() -> int | None:
            return server.emptied.get(current_table().name)

        yield Ground(Queries(server, alive()), put, read, hidden_up_to)
        return
    history, current = tables.history(PAYMENTS), current_table()
    warehouse: Any
    if request.param == "sql":
        warehouse = MemoryWarehouse(sql.STREAMS, sql.MERGED, sql.EMPTIED, history, current)
    else:
        server = request.getfixturevalue("emulator")
        warehouse = Warehouse(cast(Emulator, server).settings(f"test_{uuid4().hex[:12]}"))
        await warehouse.prepare([sql.STREAMS, sql.MERGED, sql.EMPTIED, history, current])

    async def insert(rows: Any) -> None:
        values = ", ".join(f"({n}, {offset}, {lsn}, {key}, '{op}')" for n, offset, lsn, key, op in rows)
        name = sql.table(warehouse.dataset, history.name)
        await warehouse.query(f"INSERT INTO {name} (_kafka_partition, _offset, _lsn, id, _op) VALUES {values}", {})

    async def select() -> dict[int, tuple[int, int]]:
        name = sql.table(warehouse.dataset, current.name)
        rows = await warehouse.query(f"SELECT id AS key, _lsn AS lsn, _offset AS place FROM {name}", {})
        return {row.key: (row.lsn, row.place) for row in rows}

    async def hidden() -> int | None:
        name = sql.table(warehouse.dataset, sql.EMPTIED.name)
        (found,) = await warehouse.query(f"SELECT MAX(lsn) AS lsn FROM {name} WHERE table_name = '{current.name}'", {})
        return cast(int | None, found.lsn)

    yield Ground(warehouse, insert, select, hidden)
    if request.param == "real":
        await warehouse.close()


async def test_a_merge_takes_the_newest_of_its_ranges_and_nothing_older_than_what_is_there(ground: Ground) -> None:
    dataset, current, history = ground.queries.dataset, current_table(), tables.history_name(PAYMENTS)
    await ground.put([(0, 0, 10, 1, "c"), (0, 1, 30, 1, "u"), (0, 2, 20, 1, "u"), (1, 0, 5, 2, "c"), (1, 1, 6, 3, "d")])
    await ground.run(*sql.merge(dataset, current, history, {0: (-1, 1), 1: (-1, 0)}))
    assert await ground.read() == {1: (30, 1), 2: (5, 0)}
    await ground.run(*sql.merge(dataset, current, history, {0: (1, 2), 1: (0, 1)}))
    assert await ground.read() == {1: (30, 1), 2: (5, 0), 3: (6, 1)}
    await ground.put([(0, 3, 30, 1, "u")])
    await ground.run(*sql.merge(dataset, current, history, {0: (-1, 3)}))
    assert (await ground.read())[1] == (30, 3), "of equal positions the later offset is newer"


async def test_a_truncate_is_no_row_of_a_merge_and_hides_up_to_the_highest_position(ground: Ground) -> None:
    dataset, current, history = ground.queries.dataset, current_table(), tables.history_name(PAYMENTS)
    assert await ground.hidden() is None
    await ground.put([(0, 0, 10, 1, "c"), (0, 1, 20, 1, "t"), (0, 2, 15, 1, "u")])
    await ground.run(*sql.merge(dataset, current, history, {0: (-1, 2)}))
    assert await ground.read() == {1: (15, 2)}
    for lsn in (20, 30, 20):
        await ground.run(*sql.emptied(dataset, current.name, lsn))
    assert await ground.hidden() == 30


@pytest.mark.parametrize("kind", [pytest.param("simulated", marks=pytest.mark.unit), REAL])
async def test_a_table_has_the_registers_columns_and_those_it_was_given(
    kind: str, request: pytest.FixtureRequest
) -> None:
    history, note = tables.history(PAYMENTS), tables.Field(name="note", type="STRING")
    if kind == "simulated":
        warehouse: Any = Queries(SimulatedWarehouse(), alive())
    else:
        settings = cast(Emulator, request.getfixturevalue("emulator")).settings(f"test_{uuid4().hex[:12]}")
        warehouse = Warehouse(settings)
        await warehouse.prepare([history])
    names = {field.name for field in history.fields}
    assert (await warehouse.columns(history.name)).keys() == names
    for _ in range(2):
        await warehouse.add(history.name, [*history.fields, note])
        held = await warehouse.columns(history.name)
        assert (held.keys(), held["note"].type) == (names | {"note"}, "STRING")
    if kind == "real":
        await warehouse.close()


async def test_what_was_merged_never_goes_back(ground: Ground) -> None:
    dataset = ground.queries.dataset
    await ground.run(*sql.advance(dataset, "orders", {0: 7, 1: 3}))
    await ground.run(*sql.advance(dataset, "orders", {0: 5, 1: 4}))
    found = await ground.run(sql.merged_offsets(dataset))
    assert {(row.table_name, row.number): row.merged_offset for row in found} == {("orders", 0): 7, ("orders", 1): 4}


async def test_what_the_history_has_is_told_by_partition(ground: Ground) -> None:
    dataset, history = ground.queries.dataset, tables.history_name(PAYMENTS)
    await ground.put([(0, 4, 1, 1, "c"), (0, 2, 1, 1, "c"), (1, 9, 1, 1, "c")])
    last = {row.number: row.last_offset for row in await ground.run(sql.last_offsets(dataset, history, [0, 2]))}
    assert last == {0: 4}
    everything = {row.number: row.last_offset for row in await ground.run(sql.last_offsets(dataset, history))}
    assert everything == {0: 4, 1: 9}
    held = {row.held for row in await ground.run(sql.held_offsets(dataset, history, 0, [2, 3, 4, 9]))}
    assert held == {2, 4}


async def test_streams_are_remembered_by_place_and_forgotten_by_name(ground: Ground) -> None:
    dataset = ground.queries.dataset
    await ground.run(sql.remember(dataset, [("orders", 0, "s1"), ("orders", 1, "s2"), ("orders.late", 0, "s3")]))
    await ground.run(sql.remember(dataset, [("orders", 0, "s4")]))
    asked = sql.open_streams(dataset, [("orders", 0)])
    assert sorted(row.stream for row in await ground.run(asked)) == ["s1", "s4"]
    await ground.run(sql.forget(dataset, ["s1"]))
    assert [row.stream for row in await ground.run(asked)] == ["s4"]


@pytest.fixture(params=[pytest.param("simulated", marks=pytest.mark.unit), REAL])
async def streams(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Any, Callable[..., Append], DescriptorProto]]:
    """The Storage Write API, how to make a request of it, and its rows' type."""
    if request.param == "simulated":

        def simulated(position: int, *offsets: int) -> Append:
            rows = [json.dumps({"_kafka_partition": 0, "_offset": offset}).encode() for offset in offsets]
            return Append(position, tuple(EncodedRow(*each) for each in zip(offsets, rows, strict=True)))

        yield Storage(SimulatedWarehouse(), alive()), simulated, DescriptorProto()
        return
    settings = cast(Emulator, request.getfixturevalue("emulator")).settings(f"test_{uuid4().hex[:12]}")
    history, warehouse = tables.history(PAYMENTS), Warehouse(settings)
    await warehouse.prepare([history])
    encoder, storage = RowEncoder(history.fields), GrpcStorage(settings)

    def real(position: int, *offsets: int) -> Append:
        rows = [encoder.encode({"_kafka_partition": 0, "_offset": offset}) for offset in offsets]
        return Append(position, tuple(EncodedRow(*each) for each in zip(offsets, rows, strict=True)))

    yield storage, real, encoder.descriptor
    await storage.close()
    await warehouse.close()


async def test_a_stream_takes_rows_at_its_end_only_and_none_after_it_was_closed(streams: Any) -> None:
    storage, rows, descriptor = streams
    stream = await storage.create(tables.history_name(PAYMENTS))

    async def append(position: int, *offsets: int) -> None:
        connection = storage.connect(stream, descriptor)
        try:
            await connection.send(rows(position, *offsets))
            await connection.confirmed()
        finally:
            connection.close()

    await append(0, 5, 6)
    await append(2, 7)
    with pytest.raises(AlreadyWrittenError):
        await append(0, 5, 6)
    with pytest.raises(StreamLostError):
        await append(9, 8)
    await storage.finalize(stream)
    with pytest.raises(StreamLostError):
        await append(3, 8)
    await storage.finalize("projects/x/datasets/x/tables/x/streams/unknown")


@pytest.fixture(params=[pytest.param("simulated", marks=pytest.mark.unit), REAL])
async def index(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Any, str]]:
    """A client of an index, and a collection without points."""
    if request.param == "simulated":
        yield IndexClient(SimulatedIndex(), alive()), "products"
        return
    real, name = connect(QdrantSettings(url=request.getfixturevalue("qdrant_url"))), f"test-{uuid4().hex[:8]}"
    size = models.VectorParams(size=2, distance=models.Distance.DOT)
    await real.create_collection(name, vectors_config={"dense": size})
    yield real, name
    await real.delete_collection(name)
    await real.close()


async def test_a_point_changes_only_under_its_guard(index: tuple[Any, str]) -> None:
    client, name = index

    def state(product: int, version: int, offset: int, **more: Any) -> Any:
        return {"product_id": product, "version": version, "offset": offset, "deleted": False, "text_hash": "a"} | more

    async def upsert(*states: Any) -> None:
        points = [models.PointStruct(id=one["product_id"], vector={"dense": [1.0, 0.0]}, payload=one) for one in states]
        await client.upsert(name, points, wait=True, update_filter=replaces_any(states))

    async def overwrite(new: Any, text_hash: str) -> None:
        payload = models.SetPayload(payload=new, filter=replaces_same_text(new, text_hash))
        await client.batch_update_points(name, [models.OverwritePayloadOperation(overwrite_payload=payload)], wait=True)

    async def stored() -> dict[int, Any]:
        return {point.id: point.payload for point in await client.retrieve(name, [1, 2, 3], with_payload=True)}

    first, second = state(1, 10, 5), state(2, 10, 5)
    await upsert(first, second)
    await upsert(state(1, 9, 9), state(2, 10, 6))
    assert await stored() == {1: first, 2: state(2, 10, 6)}
    await upsert(state(1, 10, 5, text_hash="same version, again"))
    assert (await stored())[1] == first
    await overwrite(state(1, 11, 0, text_hash="b"), "b")
    await overwrite(state(1, 9, 0), "a")
    assert (await stored())[1] == first
    await overwrite(state(1, 12, 0), "a")
    assert (await stored())[1] == state(1, 12, 0)
    await upsert(state(1, 13, 0, deleted=True))
    await overwrite(state(1, 14, 0), "a")
    assert (await stored())[1]["version"] == 13, "a deleted point is written whole or not at all"
