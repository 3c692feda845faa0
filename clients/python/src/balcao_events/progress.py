"""What a consumer gave out and what of it was handled. Touches no network."""

from collections.abc import Callable, Collection, Iterable, Mapping

from balcao_events.received import Position


class Progress:
    """By partition: ``done`` holds the offsets to commit. Records are given, then handled, rewound or forgotten."""

    def __init__(self) -> None:
        self.done: dict[int, int] = {}
        self._handled_to: dict[int, int] = {}
        self._given: dict[int, int] = {}
        self._events: dict[str, Position] = {}

    def give(self, position: Position, event_id: str | None) -> None:
        """The record was given out; without an event it is only passed over."""
        self._given[position.partition] = position.offset + 1
        if event_id is not None:
            self._events[event_id] = position

    def in_hand(self, event_id: str, position: Position) -> bool:
        """Whether another record with this event was given and not handled yet."""
        return self._events.get(event_id, position) != position

    def unhandled(self) -> Iterable[tuple[str, Position]]:
        """The events given and not handled yet, in the order given."""
        return list(self._events.items())

    def handled(self) -> None:
        """Everything given so far is handled."""
        self.done.update(self._given)
        self._handled_to.update(self._given)
        self._given.clear()
        self._events.clear()

    def was_handled(self, position: Position) -> bool:
        """Whether the record was handled since its partition came to us."""
        return position.offset < self._handled_to.get(position.partition, 0)

    def rewind(self, first: Mapping[int, int]) -> None:
        """The records from these offsets on will be given again."""
        for partition, offset in first.items():
            if self._given.get(partition, 0) > offset:
                # what was given before that offset is still in hand
                before = [at.offset + 1 for at in self._events.values() if at.partition == partition]
                before = [after for after in before if after <= offset]
                self._given.pop(partition)
                if before:
                    self._given[partition] = max(before)
        self._keep(lambda at: at.offset < first.get(at.partition, at.offset + 1))

    def forget(self, partitions: Collection[int]) -> None:
        """The partitions are not ours any more."""
        for offsets in (self.done, self._given, self._handled_to):
            for partition in partitions:
                offsets.pop(partition, None)
        self._keep(lambda at: at.partition not in partitions)

    def _keep(self, wanted: Callable[[Position], bool]) -> None:
        self._events = {event_id: at for event_id, at in self._events.items() if wanted(at)}
