"""The processes of one seed: stations that are started again when they end, killed, stopped and woken."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.home import CHECKOUT

_PAUSE = 0.5
_PATIENCE = 30.0


@dataclass
class Worker:
    """One station process under a supervisor of its own, as supervisord keeps the platform's."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts it, and again whenever it ends, until ``end``."""
        self._keeper = asyncio.create_task(self._keep(), name=self.name)

    async def _keep(self) -> None:
        with self.log.open("ab") as log:
            while True:
                self.starts += 1
                self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
                    self.command, cwd=CHECKOUT, env=dict(self.environment), stdout=log, stderr=log
                )
                while self._process.poll() is None:  # noqa: ASYNC110 - a child that was stopped is waited for as well
                    await asyncio.sleep(0.05)
                await asyncio.sleep(_PAUSE)

    def send(self, number: signal.Signals) -> None:
        """A signal to the process there is now, if any."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it for good; killed when it takes too long."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._process is None:
            return
        self.send(signal.SIGCONT)
        self.send(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, _PATIENCE)
        self.send(signal.SIGKILL)
        await asyncio.to_thread(self._process.wait)


@dataclass
class Workers:
    """All of a seed's. ``environment`` is what every station gets; each may get more."""

    run: str
    environment: Mapping[str, str]
    logs: Path
    all: dict[str, Worker] = field(default_factory=dict)

    def start(self, station: str, number: int, extra: Mapping[str, str]) -> Worker:
        """One more process of the station's group."""
        name = f"{station}-{number}"
        command = [sys.executable, "-m", "tests.faults.worker", station, self.run]
        worker = Worker(name, command, {**self.environment, **extra}, self.logs / f"{self.run}.{name}.log")
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
