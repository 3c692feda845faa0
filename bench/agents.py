"""How many conversations one core holds without a model, and how long a turn takes of itself.

The agent's process has the last core to itself; PostgreSQL, the vector index and the registry have the others. What
carries the outbox on from there - Kafka Connect, the stations - is stopped: it is other machines' work. Its share is
in the hops' figures.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping

import psutil
import psycopg
from qdrant_client import QdrantClient

from bench.results import Result
from deploy.local.processes import of_stack
from deploy.local.stack import Stack
from runtime.settings import QdrantSettings, load

TARGET = 50.0
TURN_MS = 150.0
_SECONDS = 20.0
_PATIENCE_SECONDS = 180.0
_NEEDED = frozenset({"postgres", "qdrant", "kafka", "registry"})
_MEASURED = ("postgres", "qdrant")


def run(stack: Stack, environ: Mapping[str, str], *, seconds: float = _SECONDS) -> dict[str, Result]:
    """Real databases and vector index; one process on one core. A conversation is three messages and three answers.

    Stops the programs of the running ``stack`` that a turn does not ask, and leaves them stopped.
    """
    _wait_for_index(environ)
    for name, state in stack.states().items():
        if state.pid and name not in _NEEDED:
            stack.stop(name)
    _leave_the_last_core(stack)
    before = _cpu(stack)
    said = subprocess.run(
        [sys.executable, "-m", "bench.agents_worker", str(seconds)],
        env=dict(environ),
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 180,
    )
    figures: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
    turns = figures.pop("turns")
    for name, used in _cpu(stack).items():
        figures[f"{name}_cpu_ms_a_turn"] = (used - before.get(name, 0.0)) * 1000 / turns
    conversations, p95 = figures["conversations_a_second"], figures["turn_ms_p95"]
    return {
        "agents": Result(
            value=round(conversations, 1),
            unit="conversations/s on one core",
            target=f">= {TARGET:.0f}",
            met=conversations >= TARGET,
            detail={name: round(value, 2) for name, value in figures.items()},
        ),
        "agents_turn": Result(
            value=round(p95, 1),
            unit="ms a turn, p95, without model and channel",
            target=f"< {TURN_MS:.0f}",
            met=p95 < TURN_MS,
        ),
    }


def _wait_for_index(environ: Mapping[str, str]) -> None:
    """Until the sink has put every product on sale into the index."""
    settings = load(QdrantSettings)
    with psycopg.connect(environ["BALCAO_MARKETPLACE_READER_DSN"]) as connection:
        found = connection.execute("SELECT count(*) FROM products WHERE status = 'active'").fetchone()
    assert found is not None
    key = settings.api_key.get_secret_value() if settings.api_key else None
    client = QdrantClient(url=settings.url, api_key=key, check_compatibility=False)
    until = time.monotonic() + _PATIENCE_SECONDS
    try:
        while not client.collection_exists(settings.collection) or client.count(settings.collection).count < found[0]:
            if time.monotonic() > until:
                raise TimeoutError(f"the index has not all {found[0]} products after {_PATIENCE_SECONDS:.0f} s")
            time.sleep(0.5)
    finally:
        client.close()


def _leave_the_last_core(stack: Stack) -> None:
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        return
    for process in of_stack(stack.home):
        # one that ended, or a thread of the system that may not be moved
        with contextlib.suppress(psutil.Error, OSError):
            for thread in process.threads():
                os.sched_setaffinity(thread.id, cores - {max(cores)})


def _cpu(stack: Stack) -> dict[str, float]:
    """Seconds of CPU that each measured program and its children have used, also those children that ended."""
    used = {}
    for name in _MEASURED:
        process = psutil.Process(stack.pid(name))
        total = 0.0
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                total += times.user + times.system
                if each is process:
                    total += times.children_user + times.children_system
        used[name] = total
    return used
