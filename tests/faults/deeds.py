"""What a proxy between a sink and its destination does at a write, once somebody asked for it. Pure but for waiting."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Deed(StrEnum):
    """What happens to one write."""

    KILL_BEFORE = "the process ends, and the write never arrives"
    KILL_BETWEEN = "the write is done, and the process ends before it is told"
    KILL_AFTER = "the write is done, the process is told, and ends"
    HOLD = "the process is stopped, and its write is on its way until somebody lets it go"
    BUSY = "429: too many requests; nothing is written"
    PARTIAL = "half of it is written, and the answer is an error"
    SILENT = "it is written, and the answer is that time is up"


@dataclass
class Firing:
    """One deed that was asked for. ``let_go`` ends a hold."""

    deed: Deed
    fired: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    worker: str = ""


Kill = Callable[[str], Awaitable[None]]


@dataclass
class Trigger:
    """One sink's: asked for by the schedule, met by the next writes, whichever process they are of.

    ``kill`` ends the named process at once, ``stop`` freezes it.
    """

    kill: Kill
    stop: Kill
    _waiting: deque[Firing] = field(default_factory=deque)

    def ask(self, deed: Deed) -> Firing:
        """The next write meets it, after those asked for before."""
        firing = Firing(deed)
        self._waiting.append(firing)
        return firing

    def take(self, worker: str, *known: Deed) -> Firing | None:
        """What the write of that process meets, if anything; a deed that is not ``known`` waits for another write."""
        if not self._waiting or self._waiting[0].deed not in known:
            return None
        firing = self._waiting.popleft()
        firing.worker = worker
        return firing

    async def before(self, firing: Firing | None) -> bool:
        """What comes before the write; whether it may be done."""
        if firing is None:
            return True
        if firing.deed is Deed.KILL_BEFORE:
            await self.kill(firing.worker)
            firing.fired.set()
            return False
        if firing.deed is Deed.HOLD:
            await self.stop(firing.worker)
            firing.fired.set()
            await firing.let_go.wait()
        if firing.deed is Deed.BUSY:
            firing.fired.set()
            return False
        return True

    async def between(self, firing: Firing | None) -> bool:
        """What comes after the write; whether it may be answered."""
        if firing is None:
            return True
        if firing.deed is Deed.KILL_BETWEEN:
            await self.kill(firing.worker)
        if firing.deed in (Deed.KILL_BETWEEN, Deed.SILENT, Deed.PARTIAL):
            firing.fired.set()
            return False
        return True

    async def after(self, firing: Firing | None) -> None:
        """What comes after the answer."""
        if firing is not None and firing.deed is Deed.KILL_AFTER:
            # the answer is in the process's socket by now; it may read it or not
            await self.kill(firing.worker)
            firing.fired.set()
