"""What there is at the end of a seed, everywhere: plain data for the oracle. Pure."""

from dataclasses import dataclass, field
from typing import Any

from tests.faults.changes import Key


@dataclass(frozen=True, slots=True)
class Event:
    """A good record of a captured topic: its version and operation, and the number of the change it carries."""

    key: Key
    lsn: int
    op: str
    number: int | None


Place = tuple[str, int, int]
"""Table (or topic), partition, offset."""


@dataclass
class Facts:
    """Everything the oracle judges. Tables are named as in PostgreSQL."""

    topic: dict[Place, Event | None] = field(default_factory=dict)
    """Every record of the captured topics; ``None`` for one that cannot be decoded."""
    history: list[tuple[Place, int, str]] = field(default_factory=list)
    """Every row of the history tables: its place, version and operation."""
    source: dict[str, dict[Key, dict[str, Any]]] = field(default_factory=dict)
    current: dict[str, list[tuple[Key, dict[str, Any]]]] = field(default_factory=dict)
    documents: dict[int, dict[str, Any]] = field(default_factory=dict)
    """The payload that each product should have."""
    points: dict[int, dict[str, Any]] = field(default_factory=dict)
    """The payload that each living point has."""
    letters: set[tuple[str, str, int, int, str]] = field(default_factory=set)
    """Group, topic, partition, offset, cause."""
    back: list[str] = field(default_factory=list)
