"""What runs, how it is, and what it costs."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from io import StringIO

import psutil
from rich.console import Console
from rich.table import Table

from deploy.local.health import UnhealthyError
from deploy.local.layout import Layout
from deploy.local.programs import PROGRAMS, Program
from deploy.local.stack import Stack
from deploy.local.supervision import State

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Row:
    """One program. ``uptime`` is in seconds, ``memory`` in megabytes; ``health`` is ``ok`` or what is wrong."""

    program: str
    state: str
    health: str
    pid: int | None
    ports: list[int]
    uptime: float | None
    memory: float | None

    @property
    def fine(self) -> bool:
        """Healthy, or not meant to run."""
        return self.health == "ok" or self.state == "STOPPED"


def collect(stack: Stack) -> list[Row]:
    """A row a program, in the table's order; none when the stack is down. Blocks for two seconds at most."""
    states = stack.states()
    if not states:
        return []
    layout = stack.layout()
    with ThreadPoolExecutor(len(PROGRAMS)) as pool:
        return list(pool.map(lambda program: _row(program, states[program.name], layout), PROGRAMS.values()))


def _row(program: Program, state: State, layout: Layout) -> Row:
    ports = [layout.ports[name] for name in program.ports]
    if not state.up:
        return Row(program.name, state.name, "-", None, ports, None, None)
    try:
        program.healthy(layout)
        health = "ok"
    except UnhealthyError as error:
        health = str(error)
    return Row(
        program.name, state.name, health, state.pid, ports, round(time.time() - state.started, 1), _memory(state.pid)
    )


def _memory(pid: int) -> float | None:
    """Of the process and its children, counting shared pages once where the system can tell."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return None
    return round(sum(_own_memory(member) for member in family) / MEGABYTE, 1)


def _own_memory(process: psutil.Process) -> int:
    try:
        found = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    return int(getattr(found, "pss", found.rss))


def as_json(rows: Sequence[Row]) -> str:
    """``{"up": bool, "programs": [row, ...]}``."""
    return json.dumps({"up": bool(rows), "programs": [asdict(row) for row in rows]}, indent=1)


def as_table(rows: Sequence[Row]) -> str:
    """The rows for a terminal."""
    if not rows:
        return "The stack is down: `balcao up` starts it.\n"
    table = Table(box=None, pad_edge=False)
    for title in ("program", "state", "health", "pid", "port", "up", "memory"):
        table.add_column(
            title, justify="right" if title in {"pid", "up", "memory"} else "left", no_wrap=title != "health"
        )
    for row in rows:
        table.add_row(
            row.program,
            row.state.lower(),
            row.health,
            str(row.pid or "-"),
            " ".join(str(port) for port in row.ports),
            "-" if row.uptime is None else _duration(row.uptime),
            "-" if row.memory is None else f"{row.memory:,.0f} MB",
        )
    total = sum(row.memory or 0 for row in rows)
    table.add_row("", "", "", "", "", "", f"{total:,.0f} MB")
    output = StringIO()
    Console(file=output, width=120).print(table)
    return output.getvalue()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
