"""Time, injected: code that waits or measures takes a ``Clock``, so that a test moves time by hand."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the platform needs of time."""

    def now(self) -> float:
        """Seconds since the Unix epoch, for comparing with records' timestamps."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin that never step back, for durations."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Suspends the calling task."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is told to move; sleeping moves it."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves time forward by ``seconds``."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)
