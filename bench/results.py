"""What a benchmark says, how it is kept and how it is shown."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from rich.table import Table

LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One figure. ``target`` is what it must reach, in words; ``met`` whether it did, ``None`` without a target.

    ``ratio`` is ours to each peer's, for peers measured in the same run.
    """

    value: float
    unit: str
    peers: Mapping[str, float] = field(default_factory=dict)
    ratio: Mapping[str, float] = field(default_factory=dict)
    target: str | None = None
    met: bool | None = None
    detail: Mapping[str, float] = field(default_factory=dict)


def machine() -> str:
    """The machine, as far as figures depend on it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"


def save(results: Mapping[str, Result], *, day: date, keep: bool = False, path: Path = LATEST) -> None:
    """Write ``{name: {value, unit, peers, ratio, ..., machine, date}}``; ``keep`` what the file has beside these."""
    kept = json.loads(path.read_text(encoding="utf-8")) if keep and path.exists() else {}
    document = kept | {
        name: {**asdict(result), "machine": machine(), "date": day.isoformat()} for name, result in results.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(results: Mapping[str, Result]) -> Table:
    """The results as people compare them."""
    shown = Table(title=f"balcao bench - {machine()}")
    for column in ("figure", "ours", "peers", "ratio", "target", "met"):
        shown.add_column(column)
    for name, result in results.items():
        shown.add_row(
            name,
            f"{result.value:,.1f} {result.unit}",
            "\n".join(f"{peer}: {value:,.0f}" for peer, value in result.peers.items()),
            "\n".join(f"{value:.2f} x {peer}" for peer, value in result.ratio.items()),
            result.target or "",
            {True: "yes", False: "NO", None: ""}[result.met],
        )
    return shown
