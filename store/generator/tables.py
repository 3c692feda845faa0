"""What the generator hands over: one table's columns and its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

Row = Sequence[Any]
Cents = int


@dataclass(frozen=True, slots=True)
class Table:
    """A table to fill; ``rows`` can be read once and only after the rows of the tables before it."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True)
class Seed:
    """Where chance and time come from: each table draws from its own stream, so that one does not disturb another."""

    number: int
    now: datetime

    @property
    def today(self) -> date:
        """The day of ``now``."""
        return self.now.date()

    def random(self, stream: str) -> Random:
        """The stream's generator, from its beginning."""
        return Random(f"{self.number}/{stream}")  # noqa: S311 - an invented market holds no secret


def reais(cents: Cents) -> str:
    """Cents as the database's ``numeric(12,2)``."""
    return f"{cents // 100}.{cents % 100:02d}"
