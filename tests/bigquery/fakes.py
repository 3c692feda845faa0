"""BigQuery in memory: the sink's own SQL on DuckDB, and write streams that keep BigQuery's rules and can misbehave."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import duckdb
import grpc
import sqlglot
from google.protobuf.descriptor_pb2 import DescriptorProto

from schemas.bigquery import Mode, WarehouseTable
from sinks.bigquery.errors import AppendError, ConnectionBrokenError, StreamLostError, error_of
from sinks.bigquery.requests import Append

_DUCKDB = {"INT64": "BIGINT", "STRING": "VARCHAR", "BOOL": "BOOLEAN", "JSON": "VARCHAR", "FLOAT64": "DOUBLE"}


class Row:
    """A result row whose columns are attributes."""

    def __init__(self, **columns: Any) -> None:
        self.__dict__.update(columns)


@cache
def _translated(statement: str) -> str:
    (translated,) = sqlglot.transpile(statement, read="bigquery", write="duckdb")
    return translated


class MemoryWarehouse:
    """The query API: GoogleSQL, translated, on DuckDB."""

    dataset = "project.dataset"

    def __init__(self, *tables: WarehouseTable) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("ATTACH ':memory:' AS project; CREATE SCHEMA project.dataset")
        self.statements: list[str] = []
        for table in tables:
            columns = ", ".join(
                f"{one.name} {_DUCKDB.get(one.type, one.type)}{'[]' * (one.mode is Mode.REPEATED)}"
                for one in table.fields
            )
            self.connection.execute(f"CREATE TABLE project.dataset.{table.name} ({columns})")

    async def query(self, statement: str, parameters: Mapping[str, int] | None = None) -> list[Any]:
        self.statements.append(statement)
        result = self.connection.execute(_translated(statement), dict(parameters or {}))
        names = [column[0] for column in result.description or ()]
        return [Row(**dict(zip(names, values, strict=True))) for values in result.fetchall()]

    def insert(self, table: str, **columns: Any) -> None:
        marks = ", ".join("?" for _ in columns)
        self.connection.execute(
            f"INSERT INTO project.dataset.{table} ({', '.join(columns)}) VALUES ({marks})", list(columns.values())
        )

    def offsets(self, table: str) -> list[int]:
        """The Kafka offsets in the table, in order of arrival."""
        rows = self.connection.execute(f"SELECT _offset FROM project.dataset.{table}").fetchall()
        return [offset for (offset,) in rows]


class Rows(Protocol):
    """Tables that rows are added to."""

    def insert(self, table: str, **columns: Any) -> None: ...

    def offsets(self, table: str) -> list[int]: ...


@dataclass
class Stream:
    """One committed stream."""

    table: str
    partition: int
    rows: int = 0
    finalized: bool = False


@dataclass
class MemoryStorage:
    """The Storage Write API over tables in memory; a row's bytes are its Kafka offset, and stand for the row.

    Each entry of ``faults`` is asked once, at the next append: it may raise before or after calling what it is given,
    which does the append.
    """

    warehouse: Rows
    partition: int = 0
    streams: dict[str, Stream] = field(default_factory=dict)
    faults: list[Callable[[Callable[[], None]], None]] = field(default_factory=list)
    largest: int = 0

    async def create(self, table: str) -> str:
        name = f"projects/project/datasets/dataset/tables/{table}/streams/s{len(self.streams)}"
        self.streams[name] = Stream(table, self.partition)
        return name

    async def finalize(self, stream: str) -> None:
        if stream in self.streams:
            self.streams[stream].finalized = True

    def connect(self, stream: str, descriptor: DescriptorProto) -> "MemoryConnection":
        return MemoryConnection(self, stream)

    def append(self, name: str, append: Append) -> None:
        stream = self.streams.get(name)
        if stream is None:
            raise StreamLostError(grpc.StatusCode.NOT_FOUND, name)
        if stream.finalized:
            raise error_of(grpc.StatusCode.FAILED_PRECONDITION, "finalized")
        if append.position != stream.rows:
            before = append.position < stream.rows
            raise error_of(grpc.StatusCode.ALREADY_EXISTS if before else grpc.StatusCode.OUT_OF_RANGE, "position")
        for row in append.rows:
            self.insert(stream, row.data)
        stream.rows += len(append.rows)
        self.largest = max(self.largest, len(append.rows))

    def insert(self, stream: Stream, data: bytes) -> None:
        """One row into the stream's table."""
        self.warehouse.insert(stream.table, _kafka_partition=stream.partition, _offset=int(data))

    def forget(self) -> None:
        """What a restart of the emulator does to streams."""
        self.streams = {f"gone-{number}": Stream("", 0) for number, _ in enumerate(self.streams)}

    def stored(self, table: str) -> list[int]:
        """The Kafka offsets in the table, in order of arrival."""
        return self.warehouse.offsets(table)


class MemoryConnection:
    """One connection; a fault breaks it for good."""

    def __init__(self, storage: MemoryStorage, stream: str) -> None:
        self._storage = storage
        self._stream = stream
        self._answers: list[AppendError | None] = []
        self._broken: AppendError | None = None

    async def send(self, append: Append) -> None:
        def do() -> None:
            self._storage.append(self._stream, append)

        if self._broken:
            return
        try:
            if self._storage.faults:
                self._storage.faults.pop(0)(do)
            else:
                do()
        except AppendError as error:
            if isinstance(error, ConnectionBrokenError):
                self._broken = error
            self._answers.append(error)
        else:
            self._answers.append(None)

    async def confirmed(self) -> None:
        if not self._answers:
            raise self._broken or AssertionError("confirmed without a request")
        answer = self._answers.pop(0)
        if answer is not None:
            raise answer

    def close(self) -> None:
        self._broken = ConnectionBrokenError(grpc.StatusCode.CANCELLED, "closed")


def lost_request(_do: Callable[[], None]) -> None:
    """The connection breaks before the server has the rows."""
    raise ConnectionBrokenError(grpc.StatusCode.UNAVAILABLE, "reset")


def lost_answer(do: Callable[[], None]) -> None:
    """The connection breaks after the server has the rows."""
    do()
    raise ConnectionBrokenError(grpc.StatusCode.UNAVAILABLE, "reset")


def half_failed(do: Callable[[], None]) -> None:
    """The server fails with an error that does not say whether it has the rows; it has."""
    do()
    raise error_of(grpc.StatusCode.UNKNOWN, "internal")


def refused(_do: Callable[[], None]) -> None:
    """The server fails with an error that does not say whether it has the rows; it has not."""
    raise error_of(grpc.StatusCode.UNKNOWN, "internal")
