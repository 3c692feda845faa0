"""Latency samples of named hops. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

HOPS = ("commit_to_topic_ms", "commit_to_bigquery_ms", "commit_to_qdrant_ms", "message_to_reply_ms")
"""The hops measured, in the order shown."""


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of at least one value; ``share`` is in (0, 1]."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(slots=True)
class Samples:
    """Milliseconds by hop, and how often a change was not seen within its limit."""

    by_hop: dict[str, list[float]] = field(default_factory=lambda: {hop: [] for hop in HOPS})
    missed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(HOPS, 0))

    def add(self, hop: str, milliseconds: float | None) -> None:
        """Take in one measurement; ``None`` is one that was not seen in time."""
        if milliseconds is None:
            self.missed[hop] += 1
        else:
            self.by_hop[hop].append(milliseconds)

    def summary(self) -> dict[str, dict[str, float | int | None]]:
        """``{hop: {"p50", "p95", "n"}}``, with ``missed`` where there are any; percentiles of nothing are ``None``."""
        result: dict[str, dict[str, float | int | None]] = {}
        for hop, values in self.by_hop.items():
            entry: dict[str, float | int | None] = {
                "p50": round(percentile(values, 0.50), 1) if values else None,
                "p95": round(percentile(values, 0.95), 1) if values else None,
                "n": len(values),
            }
            if self.missed[hop]:
                entry["missed"] = self.missed[hop]
            result[hop] = entry
        return result
