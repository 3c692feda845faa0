"""The processors of a simulated process: the production classes, wired to simulated servers."""

import asyncio
import json
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from runtime.clock import Clock
from runtime.settings import QdrantSettings
from runtime.text.embedder import Dense, OfflineEmbedder
from schemas import bigquery as tables
from schemas.bigquery import Field
from sinks.bigquery import wiring
from sinks.bigquery.claims import Claims
from sinks.bigquery.growth import Growth
from sinks.bigquery.merger import Merger, resume
from sinks.bigquery.processor import BigQuerySink, Kept, Wiring
from sinks.qdrant.processor import ProductPoints
from tests.simulation.simulated_index import IndexClient, SimulatedIndex
from tests.simulation.simulated_process import Frozen
from tests.simulation.simulated_records import PAYMENTS
from tests.simulation.simulated_warehouse import Queries, SimulatedWarehouse, Storage, payment_tables

_LOOKED_AT = ("_kafka_partition", "_offset", "_lsn", "_op", "id", "method", "note")


class Tiny(OfflineEmbedder):
    """Vectors that cost nothing."""

    dimensions = 2

    def embed(self, texts: Sequence[str]) -> Dense:
        return np.ones((len(texts), 2), dtype=np.float32)

    def sparse(self, texts: Sequence[str]) -> list[Any]:
        return [([1], [1.0]) for _ in texts]


@cache
def _settings() -> QdrantSettings:
    return QdrantSettings(url="http://127.0.0.1:1")


class Points(ProductPoints):
    """The index sink on a simulated index, whose one collection is in use."""

    def __init__(self, index: SimulatedIndex, frozen: Frozen) -> None:
        super().__init__(_settings(), Tiny())
        self._client = cast(Any, IndexClient(index, frozen))

        async def now() -> tuple[str, Tiny]:
            await frozen.through()
            return "products", Tiny()

        self._located = cast(Any, SimpleNamespace(now=now))

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return


class RowEncoder:
    """A history row as the simulated warehouse reads it: those columns that it looks at, and the table has."""

    def __init__(self, fields: Sequence[Field]) -> None:
        there = {field.name for field in fields}
        self._names = [name for name in _LOOKED_AT if name in there]
        self.descriptor: Any = object()

    def encode(self, row: dict[str, Any]) -> bytes:
        """JSON."""
        return json.dumps({name: row.get(name) for name in self._names}).encode()


def warehouse_sink(warehouse: SimulatedWarehouse, frozen: Frozen, clock: Clock) -> BigQuerySink:
    """The sink of payments, wired as ``sinks.bigquery.wiring`` does it for a warehouse that does not apply changes."""
    queries, storage = Queries(warehouse, frozen), Storage(warehouse, frozen)
    history, current = payment_tables()

    async def connect() -> Wiring:
        merger = Merger(queries, current, history.name, clock=clock, turns=asyncio.Semaphore(1))
        kept = Kept(PAYMENTS, cast(Any, RowEncoder(history.fields)), merger=merger)

        async def reshape(beyond: Sequence[Field], brought: Sequence[Field]) -> None:
            merger.reshape(tables.grown(current, beyond))
            kept.encoder = cast(Any, RowEncoder(tables.grown(history, brought).fields))

        async def empty(lsn: int) -> None:
            await wiring._empty(cast(Any, queries), current.name, lsn)

        async def close() -> None:
            return

        kept.growth, kept.empty = Growth(PAYMENTS, queries, reshape), empty
        await kept.growth.resume()
        await resume(queries, {current.name: merger}, {current.name: history.name})
        return Wiring([kept], Claims(queries, storage), cast(Any, storage), close)

    return BigQuerySink([PAYMENTS], connect, clock=clock)
