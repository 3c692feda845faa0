"""A processor of single records, parallel across keys, and the server that does what they ask."""

import asyncio
from dataclasses import dataclass, field

from runtime import dead_letter
from runtime.errors import BadRecord
from runtime.processor import KeyedProcessor
from runtime.records import Record
from runtime.retry import Backoff
from schemas.topic import Topic
from tests.simulation.simulated_process import Frozen
from tests.simulation.simulated_records import REFUSED, TASKS


@dataclass
class Ledger:
    """What was done, by partition and offset; doing it again changes nothing. ``regressions`` came out of their order.

    What was redriven comes late by its nature.
    """

    done: set[tuple[int, int]] = field(default_factory=set)
    last: dict[str, int] = field(default_factory=dict)
    regressions: list[str] = field(default_factory=list)

    def do(self, partition: int, offset: int, key: str, *, late: bool) -> None:
        """A task of that key."""
        if (partition, offset) in self.done:
            return
        self.done.add((partition, offset))
        last = self.last.get(key, -1)
        if offset < last and not late:
            self.regressions.append(f"key {key}: {partition}@{offset} was done after {partition}@{last}")
        if not late:
            self.last[key] = max(last, offset)


class Tasks(KeyedProcessor):
    """Has each task done by the server; no two of a key at the same time."""

    name = "tasks"
    topics = (TASKS,)
    parallelism = 3
    burst = 2
    backoff = Backoff(first=0.2, ceiling=2.0, attempts=12)

    def __init__(self, ledger: Ledger, frozen: Frozen) -> None:
        self._ledger = ledger
        self._frozen = frozen
        self._busy: set[str] = set()

    def key(self, record: Record) -> str:
        return str(record.key)

    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        if record.value["text"] == REFUSED:
            raise BadRecord(REFUSED, "nobody can do it")
        key, late = self.key(record), dead_letter.ROUND in record.headers
        do = lambda: self._ledger.do(partition, record.offset, key, late=late)  # noqa: E731
        if late:
            await self._frozen.call("task", do, OSError("503"), OSError("reset"))
            return
        if key in self._busy:
            self._ledger.regressions.append(f"key {key}: two tasks at the same time, one of them {record.offset}")
        self._busy.add(key)
        chance = self._frozen.dice.random
        try:
            if chance.random() < 0.3:
                # a slow one, that others pass
                await asyncio.sleep(chance.random())
            await self._frozen.call("task", do, OSError("503"), OSError("reset"))
        finally:
            self._busy.discard(key)
