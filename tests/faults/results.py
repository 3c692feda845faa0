"""What was played, kept as JSON: each seed with the commit and the day it was played at, and what it was played on."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from deploy.local.artifacts import lock
from deploy.local.home import CHECKOUT
from deploy.local.postgres import MAJOR
from tests.faults.play import Played

RESULTS = Path(__file__).with_name("results.json")
PAGE = CHECKOUT / "docs" / "guarantees.md"
_PACKAGES = ("faust-streaming", "aiokafka", "confluent-kafka", "bqemulator", "duckdb", "qdrant-edge-py")
_JARS = {"Kafka": "org.apache.kafka:kafka_2.13:", "Debezium": "io.debezium:debezium-connector-postgres:"}


def versions() -> dict[str, str]:
    """Of everything that takes part."""
    found = {
        name: next(
            (one.coordinate.rpartition(":")[2] for one in lock().artifacts if one.coordinate.startswith(jar)), "?"
        )
        for name, jar in _JARS.items()
    }
    return (
        found | {"PostgreSQL": MAJOR, "Python": platform.python_version()} | {name: version(name) for name in _PACKAGES}
    )


def commit() -> str:
    """The checkout's commit, short; with a plus sign when files other than the results differ from it."""
    kept = [f":!{path.relative_to(CHECKOUT)}" for path in (RESULTS, PAGE)]
    short = _git("rev-parse", "--short=10", "HEAD").strip()
    return short + ("+" if _git("status", "--porcelain", "--", ".", *kept).strip() else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout


def load(path: Path = RESULTS) -> dict[str, Any]:
    """What is kept, or an empty document."""
    if not path.exists():
        return {"seeds": {}}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def keep(played: Sequence[Played], *, at: str, day: str, path: Path = RESULTS) -> None:
    """Adds these seeds, each with the commit and the day; a seed that was played before is the new one."""
    seeds: Mapping[str, Any] = load(path)["seeds"]
    ours = {
        str(one.seed): {"commit": at, "date": day, **asdict(one), "seconds": round(one.seconds, 1)} for one in played
    }
    merged = dict(sorted({**seeds, **ours}.items(), key=lambda pair: int(pair[0])))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    whole = {
        "machine": f"{platform.system()} {platform.machine()}, {cores} cores",
        "versions": versions(),
        "seeds": merged,
    }
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
