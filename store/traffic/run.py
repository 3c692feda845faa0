"""Keeps a marketplace busy at a steady rate."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import psycopg
import structlog
from psycopg import AsyncConnection

from runtime.clock import Clock, SystemClock
from runtime.errors import UserError
from store.traffic.changes import Change, Changes
from store.traffic.sample import take

log = structlog.get_logger(__name__)

_REPORT_SECONDS = 60.0
_FURTHEST_BEHIND_SECONDS = 1.0


@dataclass(slots=True)
class Done:
    """What was done: committed changes by kind, and how long it took."""

    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def changes(self) -> int:
        """All of them."""
        return self.kinds.total()

    @property
    def rate(self) -> float:
        """Changes a second."""
        return self.changes / self.seconds if self.seconds else 0.0

    def sentence(self) -> str:
        """For a person."""
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in self.kinds.most_common())
        return f"Made {self.changes:,} changes in {self.seconds:.1f} s ({self.rate:.1f}/s): {kinds or 'none'}."


async def keep_busy(
    dsn: str,
    rate: float,
    *,
    seconds: float | None = None,
    seed: int = 7,
    clock: Clock | None = None,
    observe: Callable[[Change], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Done:
    """Makes ``rate`` changes a second for ``seconds`` or until ``stop`` is set; without ``stop``, until a signal.

    ``observe`` is called after each commit and must not block. Raises ``UserError`` when the database is empty or goes
    away.
    """
    clock = clock or SystemClock()
    stop = stop or _until_signal()
    try:
        async with await AsyncConnection.connect(
            dsn, autocommit=True, prepare_threshold=0, application_name="balcao-traffic"
        ) as connection:
            random = Random(seed)  # noqa: S311 - an invented market holds no secret
            changes = Changes(connection, await take(connection), random, clock)
            return await pace(changes, rate, seconds=seconds, clock=clock, observe=observe, stop=stop)
    except psycopg.OperationalError as error:
        raise UserError(f"The marketplace database went away: {' '.join(str(error).split())}") from error


async def pace(
    changes: Changes,
    rate: float,
    *,
    seconds: float | None,
    clock: Clock,
    observe: Callable[[Change], None] | None,
    stop: asyncio.Event,
) -> Done:
    """Makes changes on a fixed beat: one that was late is made up for, unless the beat is more than a second behind."""
    done, started = Done(), clock.monotonic()
    due = reported = started
    while not stop.is_set():
        now = clock.monotonic()
        if seconds is not None and max(now, due) >= started + seconds:
            break
        if due > now:
            await clock.sleep(due - now)
        due = max(due, now - _FURTHEST_BEHIND_SECONDS) + 1 / rate
        change = await changes.make()
        done.kinds[change.kind] += 1
        if observe is not None:
            observe(change)
        if now - reported >= _REPORT_SECONDS:
            reported = now
            log.info("traffic", changes=done.changes, rate=round(done.changes / (now - started), 1))
    done.seconds = clock.monotonic() - started
    return done


def _until_signal() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
