"""One schedule: what is written, what goes wrong and when, all from one seed; and the judgement of how it ended."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass

from runtime import dead_letter
from runtime.assignment import TP
from runtime.letters.letter import Place, place_of
from schemas.topics import SEARCH_DOCUMENTS
from tests.simulation import virtual_time
from tests.simulation.simulated_broker import SimulatedBroker
from tests.simulation.simulated_index import SimulatedIndex
from tests.simulation.simulated_process import Dice
from tests.simulation.simulated_records import ORDERS, PARTITIONS, Change, changes, wire
from tests.simulation.simulated_warehouse import SimulatedWarehouse, ViolatedError, stored
from tests.simulation.simulated_worker import GROUP, RETRY, Worker

CHANGES = 36
_PATIENCE = 600.0
_TOPICS = (ORDERS, SEARCH_DOCUMENTS)


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
        topics = {topic.name: PARTITIONS for topic in _TOPICS}
        letters = {topic.dead_letter: 1 for topic in _TOPICS}
        self.broker = SimulatedBroker({**topics, **letters, RETRY: 1})
        self.warehouse, self.index = SimulatedWarehouse(), SimulatedIndex()
        self.written: dict[tuple[str, int, int], Change] = {}
        self.mended: set[tuple[str, int, int]] = set()
        self.workers: list[Worker] = []
        self._checked: dict[TP, int] = {}
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
        while (wrong := self._unfinished()) is not None:
            for task in (*tasks, mending):
                if task.done():
                    task.result()
            if asyncio.get_running_loop().time() > deadline:
                raise ViolatedError(f"{wrong} after {_PATIENCE:.0f} s without a fault")
            await asyncio.sleep(1.0)
        self._judge()
        return Ended(tuple(self.dice.trace), tuple(stored(self.warehouse)), asyncio.get_running_loop().time())

    def _start(self) -> None:
        name = f"process {len(self.workers)}"
        self.workers.append(
            Worker(name, self.dice, broker=self.broker, warehouse=self.warehouse, index=self.index, ended=self._restart)
        )

    def _restart(self) -> None:
        """The supervisor."""
        asyncio.get_running_loop().call_later(1.0 + self.dice.random.random(), self._start)

    async def _write(self) -> None:
        for change in changes(self.dice.random, CHANGES):
            tp = TP(change.topic, change.partition)
            offset = self.broker.append(tp, *wire(change))
            self.written[change.topic, change.partition, offset] = change
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
                self.warehouse.streams.clear()
            else:
                self.dice.note("the group rebalances")
                self.broker.shake()

    async def _mend(self) -> None:
        """An operator: edits and sends back what waits, now and then two at once do."""
        while True:
            await asyncio.sleep(3 * self.dice.random.random() if not self._calm else 1.0)
            for place, key in list(self._letters()):
                where = (place.topic, place.partition, place.offset)
                at = self.broker.committed.get(TP(place.topic, place.partition))
                if place.round or where in self.mended or at is None or at.offset <= place.offset:
                    continue
                self.mended.add(where)
                letter = key[1]
                headers = {**letter, dead_letter.ROUND: b"1"}
                for _ in range(1 + (self.dice.random.random() < 0.2)):
                    self.broker.append(TP(RETRY, 0), *wire(self.written[where], mended=True), headers)

    def _letters(self) -> Iterator[tuple[Place, tuple[int, dict[str, bytes]]]]:
        for topic in _TOPICS:
            for raw in self.broker.logs[TP(topic.dead_letter, 0)]:
                headers = dict(raw.headers)
                yield place_of(dead_letter.read(headers), raw.offset), (raw.offset, headers)

    async def _watch(self) -> None:
        """Nothing is committed before it is done, and nothing ever goes back."""
        while True:
            await asyncio.sleep(0.5)
            self._look()

    def _look(self) -> None:
        if back := [*self.warehouse.regressions, *self.index.regressions]:
            raise ViolatedError(back[0])
        rows, letters = (
            set(stored(self.warehouse)),
            {(each.topic, each.partition, each.offset) for each, _ in self._letters()},
        )
        for tp, committed in self.broker.committed.items():
            for offset in range(self._checked.get(tp, 0), committed.offset):
                if not self._done(tp, offset, rows, letters):
                    raise ViolatedError(f"{tp.topic}[{tp.partition}]@{offset} is committed and was not done")
            self._checked[tp] = committed.offset

    def _done(self, tp: TP, offset: int, rows: set[tuple[int, int]], letters: set[tuple[str, int, int]]) -> bool:
        if tp.topic == RETRY:
            said = dead_letter.read(dict(self.broker.logs[tp][offset].headers))
            if said.topic == ORDERS.name:
                return (said.partition, said.offset) in rows
            return self._indexed(self.written[said.topic, said.partition, said.offset], said.offset)
        if (tp.topic, tp.partition, offset) in letters:
            return True
        if tp.topic == ORDERS.name:
            return (tp.partition, offset) in rows
        return self._indexed(self.written[tp.topic, tp.partition, offset], offset)

    def _indexed(self, change: Change, offset: int) -> bool:
        there = self.index.payloads.get(change.key)
        return there is not None and (there["version"], there["offset"]) >= (change.lsn, offset)

    def _unfinished(self) -> str | None:
        """What is still to be done."""
        for tp, log in self.broker.logs.items():
            if tp.topic.endswith(".dead-letter"):
                continue
            committed = self.broker.committed.get(tp)
            if log and (committed is None or committed.offset < len(log)):
                return f"{tp.topic}[{tp.partition}] stands at {committed and committed.offset} of {len(log)}"
        if bad := [where for where, change in self.written.items() if not change.good and where not in self.mended]:
            return f"the dead letter of {bad[0]} was not sent back"
        if self._newest_rows() != {key: row["_lsn"] for key, row in self.warehouse.current.items()}:
            return "the current rows are behind"
        return None

    def _newest_rows(self) -> dict[int, int]:
        newest: dict[int, int] = {}
        for (topic, _, _), change in self.written.items():
            if topic == ORDERS.name:
                newest[change.key] = max(newest.get(change.key, 0), change.lsn)
        return newest

    def _judge(self) -> None:
        self._look()
        wanted = sorted((number, offset) for topic, number, offset in self.written if topic == ORDERS.name)
        found = sorted(stored(self.warehouse))
        if found != wanted:
            twice = sorted({each for each in found if found.count(each) > 1})
            lost, more = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
            raise ViolatedError(f"the history has {twice} more than once, lacks {lost}, and should not have {more}")
        bad = {where for where, change in self.written.items() if not change.good}
        letters = {(each.topic, each.partition, each.offset) for each, _ in self._letters()}
        if letters != bad:
            raise ViolatedError(f"the dead letters are of {sorted(letters)}, and should be of {sorted(bad)}")
        if any(place.group != GROUP for place, _ in self._letters()):
            raise ViolatedError("a dead letter names another group")
        for key, row in self.warehouse.current.items():
            (state,) = {
                each
                for each in self.written.values()
                if each.topic == ORDERS.name and (each.key, each.lsn) == (key, row["_lsn"])
            }
            if (row["_op"] == "d") != state.deleted:
                raise ViolatedError(f"row {key} is not what its newest change says")
        newest: dict[int, tuple[int, int, bool]] = {}
        for (topic, _, offset), change in self.written.items():
            if topic == SEARCH_DOCUMENTS.name:
                newest[change.key] = max(newest.get(change.key, (0, 0, False)), (change.lsn, offset, change.deleted))
        points = {key: (each["version"], each["offset"], each["deleted"]) for key, each in self.index.payloads.items()}
        if points != newest:
            raise ViolatedError(f"the index has {points}, the source {newest}")


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
