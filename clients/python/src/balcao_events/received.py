"""What reading a topic gives: events with where they lie."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from balcao_events.records import Event

T_co = TypeVar("T_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record lies."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Received(Generic[T_co]):
    """An event as it was read. ``key`` is the subject's id; ``published_at`` is when the record was written, UTC."""

    event: T_co
    key: str | None
    position: Position
    published_at: datetime
