"""One process: the production classes on simulated servers, and what stands for Faust around them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from runtime import retried
from runtime.assignment import TP, Assignment
from runtime.codec import Decoder
from runtime.partition import Lane
from runtime.processor import AnyProcessor
from runtime.producer import Producer
from runtime.watchdog import Verdict
from schemas.access import retry_topic
from tests.simulation.simulated_broker import SESSION_SECONDS, CommitRefusedError, SimulatedBroker, SimulatedProducer
from tests.simulation.simulated_index import SimulatedIndex
from tests.simulation.simulated_process import Dice, Frozen, FrozenClock
from tests.simulation.simulated_records import registry
from tests.simulation.simulated_stations import Points, warehouse_sink
from tests.simulation.simulated_tasks import Ledger, Tasks
from tests.simulation.simulated_warehouse import SimulatedWarehouse

GROUP = "balcao.simulated"
RETRY = retry_topic(GROUP)
_BATCH = 4
_COMMIT_SECONDS = 0.6
_DRAIN_SECONDS = 2.0
_STANDSTILL_SECONDS = 12.0
_LOOK_SECONDS = 3.0


@dataclass
class Servers:
    """What all processes share."""

    broker: SimulatedBroker
    warehouse: SimulatedWarehouse = field(default_factory=SimulatedWarehouse)
    index: SimulatedIndex = field(default_factory=SimulatedIndex)
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def regressions(self) -> list[str]:
        """What went back, or came out of its order."""
        return [*self.warehouse.regressions, *self.index.regressions, *self.ledger.regressions]


class Worker:
    """A station's process, from its start until it is killed; ``ended`` is called then."""

    def __init__(self, name: str, dice: Dice, servers: Servers, *, ended: Callable[[], None]) -> None:
        self.frozen = Frozen(name, dice)
        self.frozen.killed = self._killed
        self.generation = -1
        self._broker = broker = servers.broker
        self._wake = broker.listen()
        self._ended = ended
        clock = FrozenClock(self.frozen)
        self._sink = warehouse_sink(servers.warehouse, self.frozen, clock)
        lane = Lane(
            GROUP,
            Decoder(registry().real()),
            cast(Producer, SimulatedProducer(broker, self.frozen)),
            clock,
            failed=self._failed,
            freed=self._wake.set,
            batch_records=_BATCH,
        )
        processors: list[AnyProcessor] = [
            self._sink,
            Points(servers.index, self.frozen),
            Tasks(servers.ledger, self.frozen),
        ]
        self._assignment = Assignment(processors, lane, drain_seconds=_DRAIN_SECONDS, retry=retried.topic(RETRY))
        self._positions: dict[TP, int] = {}
        self._forgotten: TP | None = None
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
        self._forgotten = self.frozen.dice.forgotten(partitions, self.frozen.name)
        self._opening = asyncio.create_task(self._open(partitions))

    async def _run(self) -> None:
        try:
            await self._sink.start()
        except Exception as error:  # noqa: BLE001 - whatever it is, the process ends
            self._failed(error)
        await self.frozen.through()
        self._broker.join(self)
        self._tasks += [asyncio.create_task(each) for each in (self._fetch(), self._commit_often(), self._watch())]

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
        while not self.frozen.dead:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(self.frozen.dice.latency())
            await self.frozen.through()
            for tp in sorted(self._assignment.fetchable()):
                partition, at = self._assignment[tp], self._positions.get(tp)
                if partition is None or at is None or tp == self._forgotten:
                    continue
                records = self._broker.logs[tp][at : at + 1 + self.frozen.dice.random.randrange(_BATCH)]
                if records:
                    self._positions[tp] = at + len(records)
                    partition.reserve(len(records))
                    partition.deliver(records, lambda: None)
                    if partition.room:
                        self._wake.set()

    async def _watch(self) -> None:
        """The watchdog's judgement, whose thread stops with the process and ends it by ``os._exit``."""
        verdict, loop = Verdict(_STANDSTILL_SECONDS), asyncio.get_running_loop()
        while not self.frozen.dead:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.frozen.through()
            there, unsettled = self._assignment.snapshot(), self._assignment.unsettled_since
            stuck = verdict.judge(there, {tp: len(self._broker.logs[tp]) for tp in there}, loop.time())
            if stuck or (unsettled is not None and loop.time() - unsettled > _STANDSTILL_SECONDS + _DRAIN_SECONDS):
                self.frozen.dice.note(f"the watchdog ends {self.frozen.name}: {sorted(stuck) or 'no assignment'}")
                self.frozen.kill()

    async def _commit_often(self) -> None:
        while not self.frozen.dead:
            await asyncio.sleep(_COMMIT_SECONDS)
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
        self._broker.unlisten(self._wake)
        self._ended()
