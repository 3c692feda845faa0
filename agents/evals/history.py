"""Scores over time: one JSON object a line, newest last."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from runtime.errors import UserError


@dataclass(frozen=True, slots=True)
class Entry:
    """The scores of one day and version of the code."""

    on: str
    version: str
    understanding: dict[str, float]
    scenarios: dict[str, float]
    injections: dict[str, float] = field(default_factory=dict)
    personas: dict[str, float] = field(default_factory=dict)


def read(path: Path) -> Sequence[Entry]:
    """The entries, oldest first; none when there is no file yet. Raises ``UserError`` for a line that is no entry."""
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entries.append(Entry(**json.loads(line)))
        except (json.JSONDecodeError, TypeError) as error:
            raise UserError(f"{path.name}, line {number} is no entry of scores: {error}.") from None
    return entries


def append(path: Path, entry: Entry) -> None:
    """Adds an entry at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry)) + "\n")
