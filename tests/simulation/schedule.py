"""One schedule: what is written, what goes wrong and when, all from one seed."""

import asyncio
import random
from dataclasses import dataclass

from runtime import dead_letter
from runtime.assignment import TP
from tests.simulation import virtual_time
from tests.simulation.judgement import Judgement
from tests.simulation.simulated_broker import SimulatedBroker
from tests.simulation.simulated_process import Dice
from tests.simulation.simulated_records import PARTITIONS, TOPICS, changes, wire
from tests.simulation.simulated_warehouse import ViolatedError, stored
from tests.simulation.simulated_worker import RETRY, Servers, Worker

CHANGES = 28
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A schedule that ended well: what it did, and what there was at its end."""

    trace: tuple[str, ...]
    history: tuple[tuple[int, int], ...]
    seconds: float


class Schedule:
    """The world of one seed."""

    def __init__(self, seed: int) -> None:
        # quiet ones, ones in which much fails, and ones in which processes are stopped and killed
        kind = seed % 3
        self.dice = Dice(seed, faults=(3, 16, 6)[kind], chance=(0.03, 0.12, 0.05)[kind])
        self._blows = (2, 1, 9)[kind]
        topics = {topic.name: PARTITIONS for topic in TOPICS}
        letters = {topic.dead_letter: 1 for topic in TOPICS}
        self.broker = SimulatedBroker({**topics, **letters, RETRY: 1})
        self.servers = Servers(self.broker)
        self.judgement = Judgement(self.servers)
        self.workers: list[Worker] = []
        self._calm = False

    async def run(self) -> Ended:
        """Raises ``ViolatedError`` with what never may be."""
        tasks = [asyncio.create_task(self.broker.coordinate()), asyncio.create_task(self._watch())]
        for _ in range(2):
            self._start()
        writing = asyncio.create_task(self._write())
        disturbing = asyncio.create_task(self._disturb())
        mending = asyncio.create_task(self._mend())
        await asyncio.wait([writing, disturbing])
        self._calm, self.dice.faults = True, 0
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while (wrong := self.judgement.unfinished()) is not None:
            for task in (*tasks, mending):
                if task.done():
                    task.result()
            if asyncio.get_running_loop().time() > deadline:
                raise ViolatedError(f"{wrong} after {_PATIENCE:.0f} s without a fault")
            await asyncio.sleep(1.0)
        self.judgement.judge()
        history = tuple(stored(self.servers.warehouse))
        return Ended(tuple(self.dice.trace), history, asyncio.get_running_loop().time())

    def _start(self) -> None:
        name = f"process {len(self.workers)}"
        self.workers.append(Worker(name, self.dice, self.servers, ended=self._restart))

    def _restart(self) -> None:
        """The supervisor."""
        asyncio.get_running_loop().call_later(1.0 + self.dice.random.random(), self._start)

    async def _write(self) -> None:
        for change in changes(self.dice.random, CHANGES):
            offset = self.broker.append(TP(change.topic, change.partition), *wire(change))
            self.judgement.written[change.topic, change.partition, offset] = change
            await asyncio.sleep(0.3 * self.dice.random.random())

    async def _disturb(self) -> None:
        """What happens to processes and servers from outside."""
        chance = self.dice.random
        for _ in range(chance.randrange(1 + self._blows)):
            await asyncio.sleep(3 * chance.random())
            alive = [each for each in self.workers if not each.frozen.dead]
            kind = chance.choice(["kill", "stop", "stop", "shake", "shake", "forget"])
            if kind == "kill" and alive:
                victim = chance.choice(alive)
                self.dice.note(f"{victim.frozen.name} is killed")
                victim.frozen.kill()
            elif kind == "stop" and alive:
                victim, seconds = chance.choice(alive), 0.5 + 7 * chance.random()
                self.dice.note(f"{victim.frozen.name} is stopped for {seconds:.1f} s")
                victim.frozen.stopped_until = asyncio.get_running_loop().time() + seconds
            elif kind == "forget":
                self.dice.note("the warehouse forgets its streams")
                self.servers.warehouse.streams.clear()
            else:
                self.dice.note("the group rebalances")
                self.broker.shake()

    async def _mend(self) -> None:
        """An operator: edits and sends back what waits, now and then two at once do."""
        while True:
            await asyncio.sleep(3 * self.dice.random.random() if not self._calm else 1.0)
            for place, letter in self.judgement.letters():
                where = (place.topic, place.partition, place.offset)
                at = self.broker.committed.get(TP(place.topic, place.partition))
                if place.round or where in self.judgement.mended or at is None or at.offset <= place.offset:
                    continue
                self.judgement.mended.add(where)
                headers = {**letter, dead_letter.ROUND: b"1"}
                key, value = wire(self.judgement.written[where], mended=True)
                for _ in range(1 + (self.dice.random.random() < 0.2)):
                    self.broker.append(TP(RETRY, 0), key, value, headers)

    async def _watch(self) -> None:
        """Looks after each commit, before any time passes."""
        while True:
            await self.broker.commits.wait()
            self.broker.commits.clear()
            self.judgement.look()


def play(seed: int) -> Ended:
    """Plays the seed's schedule; the same each time. Raises ``ViolatedError``, which names the seed and what it did."""

    async def main() -> Ended:
        schedule = Schedule(seed)
        try:
            return await schedule.run()
        except ViolatedError as violated:
            told = "\n  ".join(schedule.dice.trace)
            raise ViolatedError(f"seed {seed}: {violated}\n  {told}") from None
        finally:
            schedule.dice.over = True

    # what is not given the seed's dice draws from here, as the waits between attempts do
    kept = random.getstate()
    random.seed(seed)
    try:
        return virtual_time.run(main())
    finally:
        random.setstate(kept)
