"""Which events were handled already: delivery is at least once, so an event may come again."""

from collections import OrderedDict
from typing import Protocol

from balcao_events.received import Position


class Seen(Protocol):
    """Remembers handled events. Write one over your own database to remember across restarts and processes."""

    def has(self, event_id: str, position: Position) -> bool:
        """Whether the event was handled. Called before an event is given to you; may block; what it raises reaches
        you, and the event comes again."""

    def add(self, event_id: str, position: Position) -> None:
        """The event was handled. Called before its offset is committed; may block; what it raises reaches you."""


class RecentIds:
    """Remembers the last ``capacity`` ids of each partition, in memory: until the process ends.

    Enough against events published twice in short order and redelivery after a rebalance; about 150 bytes an id.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._capacity = capacity
        self._ids: dict[tuple[str, int], OrderedDict[str, None]] = {}

    def has(self, event_id: str, position: Position) -> bool:
        """Whether the id is among the partition's last."""
        return event_id in self._ids.get((position.topic, position.partition), ())

    def add(self, event_id: str, position: Position) -> None:
        """Makes it the partition's newest id; the oldest goes when there are too many."""
        ids = self._ids.setdefault((position.topic, position.partition), OrderedDict())
        ids[event_id] = None
        ids.move_to_end(event_id)
        if len(ids) > self._capacity:
            ids.popitem(last=False)
