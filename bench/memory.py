"""How the memory of each process of a stack moves while it works."""

import asyncio
import time
from dataclasses import dataclass, field

import psutil

from deploy.local.stack import Stack

_PAUSE_SECONDS = 10.0
_MIB = 1024 * 1024


@dataclass(slots=True)
class Memory:
    """By program: ``(seconds, MiB resident, its children's too)``, a sample every ten seconds."""

    samples: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def slopes(self, *, since: float) -> dict[str, float]:
        """MiB a minute by program, by least squares over the samples from ``since`` seconds on; pure."""
        found = {}
        for program, all_of_them in self.samples.items():
            later = [sample for sample in all_of_them if sample[0] >= since]
            if len(later) > 1:
                found[program] = slope(later) * 60
        return found

    async def watch(self, stack: Stack) -> None:
        """Take samples until cancelled. A program that is restarted meanwhile begins anew."""
        started = time.monotonic()
        pids: dict[str, int] = {}
        while True:
            states = await asyncio.to_thread(stack.states)
            for program, state in states.items():
                if not state.pid:
                    continue
                if pids.setdefault(program, state.pid) != state.pid:
                    pids[program], self.samples[program] = state.pid, []
                self.samples.setdefault(program, []).append((time.monotonic() - started, resident(state.pid)))
            await asyncio.sleep(_PAUSE_SECONDS)


def resident(pid: int) -> float:
    """MiB that the process and its children keep in memory; what they share counts once, as much as any of them has.

    Cheap: the exact share of each page is told by walking through all of them, which took half the watcher's time.
    """
    parent = psutil.Process(pid)
    own, shared = 0, 0
    for process in (parent, *parent.children(recursive=True)):
        try:
            found = process.memory_info()
        except psutil.NoSuchProcess:
            continue
        own += found.rss - found.shared
        shared = max(shared, found.shared)
    return float(own + shared) / _MIB


def slope(samples: list[tuple[float, float]]) -> float:
    """Of the straight line nearest to the points by least squares; pure."""
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
