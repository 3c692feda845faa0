"""Current rows by BigQuery's change data capture, to its documented rules: what is sent, and when it is used at all."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from runtime.settings import BigQuerySettings
from schemas import bigquery as tables
from schemas.bigquery import Field, WarehouseTable
from sinks.bigquery.probe import applies_changes
from sinks.bigquery.requests import REQUEST_BYTES
from sinks.bigquery.resources import resource
from sinks.bigquery.storage import GrpcStorage
from sinks.bigquery.upserts import Upserts
from tests.bigquery.fakes import Row
from tests.bigquery.test_append_connection import Server

TABLE = WarehouseTable(
    name="offers",
    description="",
    fields=(
        *tables.POSITION[1:],
        *tables.VERSION,
        tables.DELETED,
        Field(name="id", type="INT64"),
        Field(name="note", type="STRING"),
    ),
    primary_key=("id",),
)


def row(offset: int, lsn: int, op: str, key: int, note: str | None = None) -> dict[str, Any]:
    place = {"_topic": "t", "_kafka_partition": 0, "_offset": offset, "_lsn": lsn, "_op": op, "_commit_ts": 0}
    return place | {"id": key, "note": note}


def received(server: Server) -> list[Any]:
    """The rows as BigQuery reads them: by the descriptor that came with the first request of the call."""
    file = descriptor_pb2.FileDescriptorProto(name="sent.proto", syntax="proto2")
    file.message_type.add().CopyFrom(server.requests[0].proto_rows.writer_schema.proto_descriptor)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("Row"))
    return [kind.FromString(data) for one in server.requests for data in one.proto_rows.rows.serialized_rows]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    yield server
    await server.stop()


@pytest.fixture
async def storage(server: Server) -> AsyncIterator[GrpcStorage]:
    storage = GrpcStorage(BigQuerySettings(project="p", dataset="d", grpc_endpoint=await server.start()), timeout=5.0)
    yield storage
    await storage.close()


@pytest.mark.broker
async def test_upserts_go_to_the_default_stream_with_type_and_sequence(server: Server, storage: GrpcStorage) -> None:
    await Upserts(storage, TABLE).write([row(16, 255, "u", 1, "a"), row(17, 2**40, "d", 2)])
    assert {one.write_stream for one in server.requests} == {"projects/p/datasets/d/tables/offers/streams/_default"}
    assert not any(one.HasField("offset") for one in server.requests)
    first, second = received(server)
    assert (first._CHANGE_TYPE, first._CHANGE_SEQUENCE_NUMBER, first.id, first._deleted) == (
        "UPSERT",
        "FF/10",
        1,
        False,
    )
    assert (second._CHANGE_TYPE, second._CHANGE_SEQUENCE_NUMBER) == ("UPSERT", "10000000000/11")
    assert (second.id, second._deleted, second.HasField("note")) == (2, True, False)


@pytest.mark.broker
async def test_a_batch_larger_than_a_request_is_split_and_its_type_sent_once(
    server: Server, storage: GrpcStorage
) -> None:
    note = "x" * (REQUEST_BYTES // 3)
    await Upserts(storage, TABLE).write([row(number, number, "u", number, note) for number in range(4)])
    assert [len(one.proto_rows.rows.serialized_rows) for one in server.requests] == [2, 2]
    assert [one.proto_rows.HasField("writer_schema") for one in server.requests] == [True, False]
    assert [one.id for one in received(server)] == [0, 1, 2, 3]


def keyed(columns: int) -> WarehouseTable:
    names = tuple(f"k{number}" for number in range(columns))
    return WarehouseTable(
        name="wide",
        description="",
        fields=tuple(Field(name=name, type="INT64") for name in names),
        primary_key=names,
        clustering=names[:4],
    )


@pytest.mark.unit
def test_bigquery_is_told_of_a_primary_key_of_up_to_sixteen_columns() -> None:
    told = resource("p.d", keyed(16)).to_api_repr()
    assert told["tableConstraints"]["primaryKey"]["columns"] == [f"k{number}" for number in range(16)]
    assert "tableConstraints" not in resource("p.d", keyed(17)).to_api_repr()


class Trial:
    """A warehouse and its default streams, by one of the ways in which a server may treat changes."""

    dataset = "p.d"

    def __init__(self, way: str) -> None:
        self._way = way
        self.rows: list[tuple[int, str]] = []
        self.dropped: list[str] = []

    async def prepare(self, wanted: Sequence[WarehouseTable]) -> None:
        (self._table,) = wanted

    async def drop(self, name: str) -> None:
        self.dropped.append(name)

    async def query(self, _statement: str) -> list[Any]:
        return [Row(_lsn=lsn) for lsn, _ in self.rows]

    def default_stream(self, table: str) -> str:
        return table

    def connect(self, _stream: str, descriptor: Any) -> "Trial":
        self._descriptor = descriptor
        return self

    async def send(self, append: Any) -> None:
        file = descriptor_pb2.FileDescriptorProto(name="probe.proto", syntax="proto2")
        file.message_type.add().CopyFrom(self._descriptor)
        pool = descriptor_pool.DescriptorPool()
        pool.Add(file)
        kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("Row"))
        for one in append.rows:
            sent: Any = kind.FromString(one.data)
            new = (sent._lsn, sent._CHANGE_SEQUENCE_NUMBER)
            if self._way == "appends" or not self.rows:
                self.rows.append(new)
            elif self._way == "last wins" or _order(new[1]) > _order(self.rows[0][1]):
                self.rows = [new]

    async def confirmed(self) -> None:
        return

    def close(self) -> None:
        return


def _order(sequence: str) -> list[int]:
    return [int(section, 16) for section in sequence.split("/")]


@pytest.mark.unit
@pytest.mark.parametrize(("way", "native"), [("applies", True), ("appends", False), ("last wins", False)])
async def test_native_upserts_are_used_only_where_the_newer_version_wins(way: str, native: bool) -> None:
    server = Trial(way)
    assert await applies_changes(server, server) is native  # type: ignore[arg-type]
    assert server.dropped == [server._table.name]
