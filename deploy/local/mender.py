"""``python -m deploy.local.mender``: starts failed connectors again.

Connect leaves a task that failed where it is. One that meets the schema registry while that restarts fails for good
(the Avro converter's error is not one that Connect would retry), so somebody has to try again; operators of a cluster
do the same (Strimzi's ``autoRestart``).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from connectors.postgres.client import ConnectClient, ConnectError
from connectors.postgres.operate import State, first_line, state
from runtime.clock import Clock, SystemClock

log = structlog.get_logger(__name__)

INTERVAL = 2.0
LONGEST = 10.0


@dataclass
class Mender:
    """Looks at the connectors and restarts those that failed: at once, then after 4, 8, 10, 10, ... seconds."""

    state: Callable[[str], Awaitable[State]]
    restart: Callable[[str], Awaitable[None]]
    names: Sequence[str]
    clock: Clock
    _restarts: dict[str, int] = field(default_factory=dict)
    _next: dict[str, float] = field(default_factory=dict)

    async def look(self) -> None:
        """One round. Raises ``ConnectError`` when Connect does not answer or refuses."""
        for name in self.names:
            found = await self.state(name)
            now = self.clock.monotonic()
            due = self._next.get(name, now)
            if "FAILED" in (found.connector, *found.tasks) and now >= due:
                self._restarts[name] = self._restarts.get(name, 0) + 1
                self._next[name] = now + min(LONGEST, INTERVAL * 2 ** self._restarts[name])
                # The kind of error only: its text may quote a row.
                cause = first_line(found.trace).partition(":")[0]
                log.warning("connector failed; restarting it", connector=name, cause=cause)
                await self.restart(name)
            elif found.running and now >= due:
                self._restarts.pop(name, None)


async def tend(mender: Mender, clock: Clock) -> None:
    """Look every two seconds, for ever; a Connect that is away is looked at again."""
    while True:
        try:
            await mender.look()
        except ConnectError as error:
            log.info("connect does not answer", error=type(error.__cause__ or error).__name__)
        await clock.sleep(INTERVAL)


def main() -> None:
    """Run until stopped."""
    from connectors.postgres.configs import connectors
    from runtime import log as logging
    from runtime.settings import ConnectSettings, load

    logging.configure("mender")
    names = [connector.name for connector in connectors()]

    async def run() -> None:
        async with ConnectClient(load(ConnectSettings)) as client:
            await tend(Mender(partial(state, client), client.restart, names, SystemClock()), SystemClock())

    asyncio.run(run())


if __name__ == "__main__":
    main()
