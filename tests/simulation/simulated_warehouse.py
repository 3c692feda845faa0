"""BigQuery as the sink meets it: the meaning of its statements, and write streams with offsets; all in memory.

``test_simulated_servers`` holds it to what the same statements do in SQL.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import grpc
from google.protobuf.descriptor_pb2 import DescriptorProto

from schemas import bigquery as tables
from schemas.bigquery import Field, WarehouseTable
from sinks.bigquery.claims import NO_PARAMETERS
from sinks.bigquery.errors import (
    AppendError,
    ConnectionBrokenError,
    RowsRefusedError,
    SchemaBehindError,
    StreamLostError,
    error_of,
)
from sinks.bigquery.requests import Append
from tests.simulation.simulated_process import Fault, Frozen
from tests.simulation.simulated_records import PAYMENTS

Row = dict[str, Any]
_NAME = re.compile(r"`project\.dataset\.(\w+)`")
_GUARD = "source._lsn > target._lsn OR (source._lsn = target._lsn AND source._offset > target._offset)"


class ViolatedError(AssertionError):
    """Something that may never happen, happened."""


@cache
def payment_tables() -> tuple[WarehouseTable, WarehouseTable]:
    """The history of payments, and their current rows, as the register has them."""
    current = tables.current(PAYMENTS)
    assert current is not None
    return tables.history(PAYMENTS), current


@dataclass
class WriteStream:
    """One committed stream."""

    table: str
    rows: int = 0
    finalized: bool = False


@dataclass
class SimulatedWarehouse:
    """The server: tables and streams, shared by all processes. ``regressions`` are rows that went back to an older."""

    dataset: str = "project.dataset"
    history: list[Row] = field(default_factory=list)
    current: dict[Any, Row] = field(default_factory=dict)
    merged: dict[tuple[str, int], int] = field(default_factory=dict)
    recorded: list[tuple[str, int, str]] = field(default_factory=list)
    streams: dict[str, WriteStream] = field(default_factory=dict)
    emptied: dict[str, int] = field(default_factory=dict)
    held: dict[str, dict[str, Field]] = field(default_factory=dict)
    made: int = 0
    regressions: list[str] = field(default_factory=list)

    def run(self, statement: str, parameters: Mapping[str, int]) -> list[Any]:
        """One statement. Raises ``ValueError`` for one that is none of the sink's."""
        for begin, do in (
            ("INSERT INTO", self._empty if "@lsn" in statement else self._remember),
            ("SELECT stream", self._open_streams),
            ("DELETE FROM", self._forget),
            ("SELECT _kafka_partition AS number, MAX", self._last_offsets),
            ("SELECT _offset AS held", self._held),
            ("SELECT table_name", self._merged_offsets),
            ("MERGE", self._merge if "QUALIFY" in statement else self._advance),
        ):
            if statement.startswith(begin):
                return do(statement, parameters)
        raise ValueError(statement)

    def create(self, table: str) -> str:
        """A new stream's name."""
        self.made += 1
        name = f"projects/project/datasets/dataset/tables/{table}/streams/s{self.made}"
        self.streams[name] = WriteStream(table)
        return name

    def append(self, name: str, append: Append) -> None:
        """All rows of a request, or none. Raises an ``AppendError``."""
        stream = self.streams.get(name)
        if stream is None:
            raise StreamLostError(grpc.StatusCode.NOT_FOUND, name)
        if stream.finalized:
            raise error_of(grpc.StatusCode.FAILED_PRECONDITION, "finalized")
        if append.position != stream.rows:
            before = append.position < stream.rows
            raise error_of(grpc.StatusCode.ALREADY_EXISTS if before else grpc.StatusCode.OUT_OF_RANGE, "position")
        rows = [json.loads(row.data) for row in append.rows]
        if any(row.keys() - self.columns(stream.table).keys() for row in rows):
            raise SchemaBehindError(grpc.StatusCode.INVALID_ARGUMENT, "the table lacks a column")
        if refused := {index: "invalid" for index, row in enumerate(rows) if row.get("method") == "refused"}:
            raise RowsRefusedError(refused)
        self.history += rows
        stream.rows += len(rows)

    def columns(self, name: str) -> Mapping[str, Field]:
        """The table's columns; at first those of the register."""
        if name not in self.held:
            made = next(table for table in payment_tables() if table.name == name)
            self.held[name] = {field.name: field for field in made.fields}
        return self.held[name]

    def add(self, name: str, fields: Sequence[Field]) -> None:
        """Columns that the table lacks."""
        self.held[name] = {**{field.name: field for field in fields}, **self.columns(name)}

    def _empty(self, statement: str, parameters: Mapping[str, int]) -> list[Any]:
        (name,) = re.findall(r"\('([^']*)', @lsn\)", statement)
        self.emptied[name] = max(self.emptied.get(name, -1), parameters["lsn"])
        return []

    def _remember(self, statement: str, _: Mapping[str, int]) -> list[Any]:
        found = re.findall(r"\('([^']*)', (\d+), '([^']*)'\)", statement)
        self.recorded += [(topic, int(number), stream) for topic, number, stream in found]
        return []

    def _open_streams(self, statement: str, _: Mapping[str, int]) -> list[Any]:
        places = {(topic, int(n)) for topic, n in re.findall(r"topic = '([^']*)' AND partition = (\d+)", statement)}
        return [SimpleNamespace(stream=name) for topic, n, name in self.recorded if (topic, n) in places]

    def _forget(self, statement: str, _: Mapping[str, int]) -> list[Any]:
        gone = set(re.findall(r"'([^']*)'", statement))
        self.recorded = [each for each in self.recorded if each[2] not in gone]
        return []

    def _last_offsets(self, statement: str, _: Mapping[str, int]) -> list[Any]:
        asked = re.search(r"IN \(([\d, ]*)\)", statement)
        wanted = {int(each) for each in asked[1].split(",")} if asked else None
        last: dict[int, int] = {}
        for row in self.history:
            number = row["_kafka_partition"]
            if wanted is None or number in wanted:
                last[number] = max(last.get(number, -1), row["_offset"])
        return [SimpleNamespace(number=number, last_offset=offset) for number, offset in last.items()]

    def _held(self, statement: str, _: Mapping[str, int]) -> list[Any]:
        asked = re.search(r"_kafka_partition = (\d+) AND _offset IN \(([\d, ]*)\)", statement)
        assert asked is not None
        wanted = {int(each) for each in asked[2].split(",")}
        return [
            SimpleNamespace(held=row["_offset"])
            for row in self.history
            if row["_kafka_partition"] == int(asked[1]) and row["_offset"] in wanted
        ]

    def _merged_offsets(self, _: str, __: Mapping[str, int]) -> list[Any]:
        return [
            SimpleNamespace(table_name=name, number=number, merged_offset=offset)
            for (name, number), offset in self.merged.items()
        ]

    def _advance(self, statement: str, parameters: Mapping[str, int]) -> list[Any]:
        for name, number in re.findall(r"SELECT '([^']*)' AS table_name, (\d+) AS partition", statement):
            key = (name, int(number))
            self.merged[key] = max(self.merged.get(key, -1), parameters[f"offset_{number}"])
        return []

    def _merge(self, statement: str, parameters: Mapping[str, int]) -> list[Any]:
        guarded, with_truncates = _GUARD in statement, "_op != 't'" not in statement
        newest: dict[Any, Row] = {}
        for row in self.history:
            if row["_op"] == "t" and not with_truncates:
                continue
            number = row["_kafka_partition"]
            low, high = parameters.get(f"low_{number}"), parameters.get(f"high_{number}")
            if low is None or high is None or not low < row["_offset"] <= high:
                continue
            known = newest.get(row["id"])
            if known is None or version(row) > version(known):
                newest[row["id"]] = row
        for key, row in newest.items():
            there = self.current.get(key)
            if there is not None and version(row) <= version(there):
                if guarded:
                    continue
                if version(row) < version(there):
                    self.regressions.append(f"row {key} went from {version(there)} back to {version(row)}")
            self.current[key] = row
        return []


def version(row: Mapping[str, Any]) -> tuple[int, int]:
    """What orders the rows of a key."""
    return row["_lsn"], row["_offset"]


_LOST = ConnectionBrokenError(grpc.StatusCode.DEADLINE_EXCEEDED, "no answer")


@dataclass
class Queries:
    """One process's query API."""

    warehouse: SimulatedWarehouse
    frozen: Frozen

    dataset: str = "project.dataset"

    async def query(self, statement: str, parameters: Mapping[str, int] = NO_PARAMETERS) -> list[Any]:
        """Runs a statement; a server that is busy or a connection that breaks raises ``OSError``."""
        do = lambda: self.warehouse.run(statement, parameters)  # noqa: E731
        found = await self.frozen.call(statement[:24], do, OSError("503"), OSError("reset"))
        assert isinstance(found, list)
        return found

    async def columns(self, name: str) -> Mapping[str, Field]:
        """The table's columns."""
        found = await self.frozen.call(
            "columns", lambda: self.warehouse.columns(name), OSError("503"), OSError("reset")
        )
        assert isinstance(found, dict)
        return found

    async def add(self, name: str, fields: Sequence[Field]) -> None:
        """Gives the table the columns it lacks."""
        await self.frozen.call("add", lambda: self.warehouse.add(name, fields), OSError("503"), OSError("reset"))


@dataclass
class Storage:
    """One process's Storage Write API."""

    warehouse: SimulatedWarehouse
    frozen: Frozen

    async def create(self, table: str) -> str:
        """A new stream."""
        found = await self.frozen.call("create", lambda: self.warehouse.create(table), OSError("503"), OSError("reset"))
        return str(found)

    async def finalize(self, stream: str) -> None:
        """No row after this."""

        def do() -> None:
            if stream in self.warehouse.streams:
                self.warehouse.streams[stream].finalized = True

        await self.frozen.call("finalize", do, OSError("503"), OSError("reset"))

    def connect(self, stream: str, descriptor: DescriptorProto) -> "Connection":
        """A connection of its own."""
        return Connection(self, stream)


class Connection:
    """One AppendRows call: requests are done in order, each some time after it was sent, whatever became of the sender.

    A busy server's 429, a connection that breaks before or after the rows were written, and an internal error that
    does not tell whether they were, end it.
    """

    def __init__(self, storage: Storage, stream: str) -> None:
        self._storage = storage
        self._stream = stream
        self._answers: list[asyncio.Future[AppendError | None]] = []
        self._line: asyncio.Task[None] | None = None
        self._waiting: list[tuple[Append, Fault, asyncio.Future[AppendError | None]]] = []
        self._broken: AppendError | None = None

    async def send(self, append: Append) -> None:
        frozen = self._storage.frozen
        await frozen.through()
        if self._broken:
            raise self._broken
        fault = frozen.dice.fault("append", frozen.name)
        if fault is Fault.KILL_BEFORE:
            frozen.kill()
        await frozen.through()
        answer: asyncio.Future[AppendError | None] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        self._waiting.append((append, fault, answer))
        if self._line is None or self._line.done():
            self._line = asyncio.create_task(self._serve())
        if fault is Fault.KILL_AFTER:
            frozen.kill()
            await frozen.through()

    async def confirmed(self) -> None:
        frozen = self._storage.frozen
        await frozen.through()
        answer = await self._answers.pop(0)
        await frozen.through()
        if answer is not None:
            raise answer

    def close(self) -> None:
        self._broken = ConnectionBrokenError(grpc.StatusCode.CANCELLED, "closed")

    async def _serve(self) -> None:
        dice = self._storage.frozen.dice
        while self._waiting:
            append, fault, answer = self._waiting.pop(0)
            await asyncio.sleep(dice.latency())
            error = self._broken if isinstance(self._broken, _CutError) else self._done(append, fault)
            answer.set_result(error)

    def _done(self, append: Append, fault: Fault) -> AppendError | None:
        unknown = self._storage.frozen.dice.random.random() < 0.5 if fault in (Fault.BEFORE, Fault.AFTER) else False
        try:
            if fault is not Fault.BEFORE:
                self._storage.warehouse.append(self._stream, append)
        except AppendError as refused:
            return refused
        if fault not in (Fault.BEFORE, Fault.AFTER):
            return None
        if unknown:
            return error_of(grpc.StatusCode.UNKNOWN, "internal")
        # what was sent after it on the same connection is not done either
        self._broken = _CutError(grpc.StatusCode.RESOURCE_EXHAUSTED if fault is Fault.BEFORE else _LOST.code, "cut")
        return self._broken


class _CutError(ConnectionBrokenError):
    """The server's end of the connection is gone."""


def stored(warehouse: SimulatedWarehouse) -> Sequence[tuple[int, int]]:
    """Partition and offset of every history row."""
    return [(row["_kafka_partition"], row["_offset"]) for row in warehouse.history]
