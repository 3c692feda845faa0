"""Kafka as a station meets it: logs, a group that gives partitions out and takes them back, commits, sends."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from runtime.assignment import TP
from runtime.processor import Committed
from runtime.producer import Message, ProduceError
from tests.runtime.fakes import Raw
from tests.simulation.simulated_process import Frozen

SESSION_SECONDS = 3.0
"""How long the group waits for a member that does not answer."""


class CommitRefusedError(Exception):
    """The member is of an older generation: its partitions may be somebody else's."""


class Member(Protocol):
    """A process in the group."""

    frozen: Frozen
    generation: int

    async def give_back(self) -> None:
        """Ends and commits the work in hand."""
        ...

    def take(self, generation: int, partitions: Sequence[TP]) -> None:
        """Owns these partitions from now on."""
        ...


@dataclass
class SimulatedBroker:
    """One broker, shared by all processes."""

    topics: Mapping[str, int]
    logs: dict[TP, list[Raw]] = field(default_factory=dict)
    committed: dict[TP, Committed] = field(default_factory=dict)
    generation: int = 0
    members: list[Member] = field(default_factory=list)
    commits: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by each commit."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _listeners: list[asyncio.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.logs = {TP(name, number): [] for name, count in self.topics.items() for number in range(count)}

    def append(
        self,
        tp: TP,
        key: bytes | None,
        value: bytes | None,
        headers: Mapping[str, bytes] | None = None,
    ) -> int:
        """A record at the partition's end; its offset."""
        log = self.logs[tp]
        stamp = 1_700_000_000_000 + int(asyncio.get_running_loop().time() * 1000)
        log.append(Raw(len(log), key, value, stamp, tuple((headers or {}).items())))
        for each in self._listeners:
            each.set()
        return len(log) - 1

    def listen(self) -> asyncio.Event:
        """Set whenever there is something new."""
        self._listeners.append(asyncio.Event())
        return self._listeners[-1]

    def unlisten(self, event: asyncio.Event) -> None:
        """Whoever waited for it is dead."""
        self._listeners.remove(event)

    def commit(self, member: Member, generation: int, offsets: Mapping[TP, Committed]) -> None:
        """Raises ``CommitRefusedError`` for a member that the group went on without."""
        if generation != self.generation:
            raise CommitRefusedError
        self.committed.update(offsets)
        self.commits.set()

    def join(self, member: Member) -> None:
        """Asks for partitions."""
        if member not in self.members:
            self.members.append(member)
        self._news.set()

    def leave(self, member: Member) -> None:
        """The member's session ended."""
        if member in self.members:
            self.members.remove(member)
            self._news.set()

    def shake(self) -> None:
        """A rebalance for no reason."""
        self._news.set()

    async def coordinate(self) -> None:
        """Runs rebalances, one after the other, until it is cancelled.

        All give everything back first, and may commit until then; who does not within a session is out.
        """
        while True:
            await self._news.wait()
            self._news.clear()
            asked = {asyncio.create_task(each.give_back()): each for each in self.members}
            if asked:
                await asyncio.wait(asked, timeout=SESSION_SECONDS)
            staying = [each for task, each in asked.items() if task.done() and not each.frozen.dead]
            for task, each in asked.items():
                if each not in staying and each in self.members:
                    self.members.remove(each)
                    task.add_done_callback(lambda _, late=each: self.join(late))  # type: ignore[misc]
            self.generation += 1
            places = [tp for tp in sorted(self.logs) if not tp.topic.endswith(".dead-letter")]
            for number, each in enumerate(staying):
                each.take(self.generation, places[number :: len(staying)])


@dataclass
class SimulatedProducer:
    """One process's producer: confirmed, or not known."""

    broker: SimulatedBroker
    frozen: Frozen

    async def send(self, messages: Sequence[Message]) -> None:
        """As ``runtime.producer.Producer.send``."""

        def do() -> None:
            for each in messages:
                key = each.key.encode() if isinstance(each.key, str) else each.key
                self.broker.append(TP(each.topic, 0), key, each.value, each.headers)

        refusal, lost = ProduceError("1 x _TRANSPORT"), ProduceError("1 x _MSG_TIMED_OUT")
        await self.frozen.call("produce", do, refusal, lost)
