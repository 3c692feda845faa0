"""The processes of one seed: stations that are started again when they end, killed, stopped and woken."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.nursery import Nursery, alive

_PAUSE = 0.5
_LOOK = 0.05
_PATIENCE = 30.0


@dataclass
class Worker:
    """One station process under a supervisor of its own, as supervisord keeps the platform's."""

    name: str
    station: str
    run: str
    environment: Mapping[str, str]
    log: Path
    nursery: Nursery
    starts: int = 0
    _pid: int | None = None
    _keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts it, and again whenever it ends, until ``end``."""
        self._keeper = asyncio.create_task(self._keep(), name=self.name)

    async def _keep(self) -> None:
        while True:
            self.starts += 1
            self._pid = self.nursery.fork(self.station, self.run, self.environment, self.log)
            while alive(self._pid):  # noqa: ASYNC110 - it is no child of ours, whose end we would be told
                await asyncio.sleep(_LOOK)
            await asyncio.sleep(_PAUSE)

    def send(self, number: signal.Signals) -> None:
        """A signal to the process there is now, if any."""
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it for good; killed when it takes too long."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._pid is None:
            return
        self.send(signal.SIGCONT)
        self.send(how)
        until = time.monotonic() + _PATIENCE
        while alive(self._pid) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)
        self.send(signal.SIGKILL)


@dataclass
class Workers:
    """All of a seed's. ``environment`` is what every station gets; each may get more."""

    run: str
    environment: Mapping[str, str]
    logs: Path
    nursery: Nursery
    all: dict[str, Worker] = field(default_factory=dict)

    def start(self, station: str, number: int, extra: Mapping[str, str]) -> Worker:
        """One more process of the station's group."""
        name = f"{station}-{number}"
        log = self.logs / f"{self.run}.{name}.log"
        worker = Worker(name, station, self.run, {**self.environment, **extra}, log, self.nursery)
        self.all[name] = worker
        worker.start()
        return worker

    async def kill(self, name: str) -> None:
        """``kill -9``, now."""
        self.all[name].send(signal.SIGKILL)

    async def stop(self, name: str) -> None:
        """SIGSTOP."""
        self.all[name].send(signal.SIGSTOP)

    async def wake(self, name: str) -> None:
        """SIGCONT."""
        self.all[name].send(signal.SIGCONT)

    async def end(self) -> None:
        """Ends all of them."""
        await asyncio.gather(*(worker.end() for worker in self.all.values()))
