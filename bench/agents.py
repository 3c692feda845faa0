"""How many conversations one core holds without a model, and how long a turn takes of itself."""

import json
import subprocess
import sys
from collections.abc import Mapping

from bench.results import Result

TARGET = 50.0
TURN_MS = 150.0
_SECONDS = 20.0


def run(environ: Mapping[str, str], *, seconds: float = _SECONDS) -> dict[str, Result]:
    """Real databases and vector index; one process on one core. A conversation is three messages and three answers."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.agents_worker", str(seconds)],
        env=dict(environ),
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 180,
    )
    figures: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
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
