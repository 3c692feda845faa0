"""How the memory of each process of a stack moves while it works."""

import asyncio
import time
from dataclasses import dataclass, field

import psutil

from deploy.local.stack import Stack

_PAUSE_SECONDS = 5.0
_MIB = 1024 * 1024


@dataclass(slots=True)
class Memory:
    """By program: ``(seconds, MiB resident, its children's too)``, a sample every five seconds."""

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
    """MiB that the process and its children keep in memory; pages that children share with it count once each."""
    family = [psutil.Process(pid)]
    family += family[0].children(recursive=True)
    total = 0
    for process in family:
        try:
            found = process.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        total += getattr(found, "pss", found.rss)
    return total / _MIB


def slope(samples: list[tuple[float, float]]) -> float:
    """Of the straight line nearest to the points by least squares; pure."""
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
