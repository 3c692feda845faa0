"""One process: the production classes on simulated servers, and what stands for Faust around them."""

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from runtime import retried
from runtime.assignment import TP, Assignment
from runtime.codec import Decoder
from runtime.partition import Lane
from runtime.producer import Producer
from runtime.settings import QdrantSettings
from runtime.text.embedder import Dense, OfflineEmbedder
from schemas import bigquery as tables
from schemas.access import retry_topic
from sinks.bigquery.claims import Claims
from sinks.bigquery.merger import Merger, resume
from sinks.bigquery.processor import BigQuerySink, Kept, Wiring
from sinks.qdrant.processor import ProductPoints
from tests.simulation.simulated_broker import SESSION_SECONDS, CommitRefusedError, SimulatedBroker, SimulatedProducer
from tests.simulation.simulated_index import IndexClient, SimulatedIndex
from tests.simulation.simulated_process import Dice, Frozen, FrozenClock
from tests.simulation.simulated_records import ORDERS, RowEncoder, registry
from tests.simulation.simulated_warehouse import Queries, SimulatedWarehouse, Storage

GROUP = "balcao.simulated"
RETRY = retry_topic(GROUP)
_BATCH = 4


class Tiny(OfflineEmbedder):
    """Vectors that cost nothing."""

    dimensions = 2

    def embed(self, texts: Sequence[str]) -> Dense:
        return np.ones((len(texts), 2), dtype=np.float32)

    def sparse(self, texts: Sequence[str]) -> list[Any]:
        return [([1], [1.0]) for _ in texts]


class Points(ProductPoints):
    """The index sink on a simulated index, whose one collection is in use."""

    def __init__(self, client: IndexClient) -> None:
        super().__init__(QdrantSettings(url="http://127.0.0.1:1"), Tiny())
        self._client = cast(Any, client)

        async def now() -> tuple[str, Tiny]:
            await client.frozen.through()
            return "products", Tiny()

        self._located = cast(Any, SimpleNamespace(now=now))

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return


class Worker:
    """A station's process, from its start until it is killed; ``ended`` is called then."""

    def __init__(
        self,
        name: str,
        dice: Dice,
        *,
        broker: SimulatedBroker,
        warehouse: SimulatedWarehouse,
        index: SimulatedIndex,
        ended: Callable[[], None],
    ) -> None:
        self.frozen = Frozen(name, dice)
        self.frozen.killed = self._killed
        self.generation = -1
        self._broker = broker
        self._wake = broker.listen()
        self._ended = ended
        self._clock = FrozenClock(self.frozen)
        self._queries, self._storage = Queries(warehouse, self.frozen), Storage(warehouse, self.frozen)
        self._sink = BigQuerySink([ORDERS], self._connect, clock=self._clock)
        self._points = Points(IndexClient(index, self.frozen))
        lane = Lane(
            GROUP,
            Decoder(registry().real()),
            cast(Producer, SimulatedProducer(broker, self.frozen)),
            self._clock,
            failed=self._failed,
            freed=self._wake.set,
            batch_records=_BATCH,
        )
        self._assignment = Assignment([self._sink, self._points], lane, drain_seconds=2.0, retry=retried.topic(RETRY))
        self._positions: dict[TP, int] = {}
        self._opening: asyncio.Task[None] | None = None
        self._tasks = [asyncio.create_task(self._run())]

    async def give_back(self) -> None:
        await self.frozen.through()
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await self._assignment.close(self._commit_everything)
        self._positions.clear()

    def take(self, generation: int, partitions: Sequence[TP]) -> None:
        self.generation = generation
        self._opening = asyncio.create_task(self._open(partitions))

    async def _run(self) -> None:
        try:
            await self._sink.start()
        except Exception as error:  # noqa: BLE001 - whatever it is, the process ends
            self._failed(error)
        await self.frozen.through()
        self._broker.join(self)
        self._tasks += [asyncio.create_task(self._fetch()), asyncio.create_task(self._commit_often())]

    async def _connect(self) -> Wiring:
        history, current = tables.history(ORDERS), tables.current(ORDERS)
        assert current is not None
        merger = Merger(self._queries, current, history.name, clock=self._clock, turns=asyncio.Semaphore(1))
        await resume(self._queries, {current.name: merger}, {current.name: history.name})
        kept = Kept(ORDERS, cast(Any, RowEncoder()), merger=merger)

        async def close() -> None:
            return

        return Wiring([kept], Claims(self._queries, self._storage), cast(Any, self._storage), close)

    async def _open(self, partitions: Sequence[TP]) -> None:
        await self.frozen.through()
        committed = {tp: self._broker.committed.get(tp) for tp in partitions}
        try:
            await self._assignment.open(partitions, committed)
        except Exception as error:  # noqa: BLE001 - whatever it is, the process ends
            self._failed(error)
            return
        self._positions = {tp: found.offset if found else 0 for tp, found in committed.items()}
        self._wake.set()

    async def _fetch(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(self.frozen.dice.latency())
            await self.frozen.through()
            for tp in sorted(self._assignment.fetchable()):
                partition, at = self._assignment[tp], self._positions.get(tp)
                if partition is None or at is None:
                    continue
                records = self._broker.logs[tp][at : at + 1 + self.frozen.dice.random.randrange(_BATCH)]
                if records:
                    self._positions[tp] = at + len(records)
                    partition.reserve(len(records))
                    partition.deliver(records, lambda: None)
                    if partition.room:
                        self._wake.set()

    async def _commit_often(self) -> None:
        while True:
            await asyncio.sleep(0.4)
            await self._commit()

    async def _commit_everything(self) -> None:
        while self._assignment.committable():
            if not await self._commit():
                return

    async def _commit(self) -> bool:
        """As the consumer does it: what fails changes nothing here."""
        found = self._assignment.committable()
        if not found:
            return False
        generation = self.generation
        do = lambda: self._broker.commit(self, generation, found)  # noqa: E731
        try:
            await self.frozen.call("commit", do, OSError("away"), OSError("no answer"))
        except (OSError, CommitRefusedError):
            return False
        for tp, item in found.items():
            partition = self._assignment[tp]
            if partition is not None:
                partition.tracker.confirm(item)
        return True

    def _failed(self, error: BaseException) -> None:
        self.frozen.dice.note(f"{self.frozen.name} ends: {error!r}")
        self.frozen.kill()

    def _killed(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(SESSION_SECONDS, self._broker.leave, self)
        self._ended()
