"""A process that can be killed or stopped wherever it talks to the outside, and the faults that a seed deals out."""

import asyncio
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Fault(enum.Enum):
    """What goes wrong with one call. ``BEFORE`` and ``AFTER`` are about the server's doing it."""

    NONE = "none"
    BEFORE = "refused before it was done"
    AFTER = "done, and no answer came"
    KILL_BEFORE = "the process was killed before it was done"
    KILL_AFTER = "the process was killed after it was done"


_WEIGHTS = ((Fault.BEFORE, 0.25), (Fault.AFTER, 0.25), (Fault.KILL_BEFORE, 0.25), (Fault.KILL_AFTER, 0.25))


@dataclass
class Dice:
    """The seed's chances. ``faults`` is how many are left to deal out; quiet when 0."""

    seed: int
    faults: int = 0
    chance: float = 0.0
    over: bool = False
    """The schedule ended: whoever still waits is cancelled, and may do nothing more."""
    random: Random = field(init=False)
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def fault(self, what: str, who: str) -> Fault:
        """What becomes of a call."""
        if self.faults <= 0 or self.random.random() >= self.chance:
            return Fault.NONE
        self.faults -= 1
        kind = self.random.choices([kind for kind, _ in _WEIGHTS], [weight for _, weight in _WEIGHTS])[0]
        self.trace.append(f"{asyncio.get_running_loop().time():.3f} {who} {what}: {kind.value}")
        return kind

    def forgotten(self, partitions: Sequence[T], who: str) -> T | None:
        """A partition that a client never fetches although the group gave it to it; now and then."""
        if not partitions or self.faults <= 0 or self.random.random() >= self.chance:
            return None
        self.faults -= 1
        lost = self.random.choice(partitions)
        self.note(f"{who} never fetches {lost}")
        return lost

    def latency(self) -> float:
        """Seconds a call takes one way: mostly a few milliseconds, now and then long."""
        return 0.5 * self.random.random() if self.random.random() < 0.03 else 0.004 * self.random.random()

    def note(self, text: str) -> None:
        """Keeps what the schedule did, so that a failure can be read."""
        self.trace.append(f"{asyncio.get_running_loop().time():.3f} {text}")


class Frozen:
    """What a process waits through at each call: alive, stopped (``SIGSTOP``) or dead (``kill -9``)."""

    def __init__(self, name: str, dice: Dice) -> None:
        self.name = name
        self.dice = dice
        self.dead = False
        self.stopped_until = 0.0
        self.killed: Callable[[], None] = lambda: None

    def kill(self) -> None:
        """Nothing of it happens from here on; no handler of its own runs."""
        if not self.dead:
            self.dead = True
            self.killed()

    async def through(self) -> None:
        """Returns when the process runs; never for a dead one."""
        loop = asyncio.get_running_loop()
        while not self.dead and self.stopped_until > loop.time():  # noqa: ASYNC110 - it may be stopped anew meanwhile
            await asyncio.sleep(self.stopped_until - loop.time())
        if self.dice.over:
            raise asyncio.CancelledError
        if self.dead:
            await loop.create_future()

    async def call(self, what: str, do: Callable[[], object], refusal: Exception, lost: Exception) -> object:
        """One request and its answer: what ``do`` returns or raises, or what a fault makes of it."""
        await self.through()
        fault = self.dice.fault(what, self.name)
        if fault is Fault.KILL_BEFORE:
            self.kill()
        await self.through()
        await asyncio.sleep(self.dice.latency())
        # the request is on its way: a process that stops or dies now does not take it back
        if fault is Fault.BEFORE:
            await self.through()
            raise refusal
        answer = do()
        if fault is Fault.KILL_AFTER:
            self.kill()
        await asyncio.sleep(self.dice.latency())
        await self.through()
        if fault is Fault.AFTER:
            raise lost
        return answer


class FrozenClock:
    """The virtual time as a process sees it: a sleep of a stopped process ends when the process goes on."""

    def __init__(self, frozen: Frozen) -> None:
        self._frozen = frozen

    def now(self) -> float:
        return 1_700_000_000.0 + asyncio.get_running_loop().time()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._frozen.through()
