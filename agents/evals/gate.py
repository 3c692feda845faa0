"""Whether scores are good enough for a release. Pure but for reading the thresholds' file."""

import tomllib
from collections.abc import Mapping
from importlib import resources

Scores = Mapping[str, Mapping[str, float]]
"""Scores by what was measured: ``understanding``, ``scenarios`` and ``injections``."""


def thresholds() -> Scores:
    """The committed thresholds."""
    text = resources.files("agents.evals").joinpath("thresholds.toml").read_text(encoding="utf-8")
    return {name: dict(table) for name, table in tomllib.loads(text).items()}


def misses(scores: Scores, wanted: Scores) -> list[str]:
    """What is not reached, one sentence each; a score that was not measured is a miss."""
    found = []
    for area, table in wanted.items():
        for name, limit in table.items():
            score = scores.get(area, {}).get(name)
            if score is None:
                found.append(f"{area}: {name} was not measured.")
            elif name.endswith("_ms") and score > limit:
                found.append(f"{area}: {name} is {score:g}, more than {limit:g}.")
            elif not name.endswith("_ms") and score < limit:
                found.append(f"{area}: {name} is {score:.3f}, less than {limit:.3f}.")
    return found
