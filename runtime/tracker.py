"""What of one partition is done: spans of offsets taken in order, finished in any order, committed contiguously.

Faust's own bookkeeping counts single offsets and repairs gaps by acknowledging them, which stands still for batches
and, without a first committed offset, passes records that are still in hand. This one never passes an unfinished span.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from runtime.processor import Committed

METADATA_BYTES = 4096
"""The broker's default ``offset.metadata.max.bytes``; a longer text would make every commit fail."""


@dataclass(slots=True)
class _Span:
    last: int
    since_ms: int
    done: bool = False
    metadata: str | None = None


@dataclass(slots=True)
class Tracker:
    """The bookkeeping of one assignment of one partition; a new assignment takes a new tracker.

    ``committed`` is what the broker confirmed last, ``None`` for a group that never committed the partition.
    """

    committed: Committed | None = None
    _spans: OrderedDict[int, _Span] = field(default_factory=OrderedDict)
    _reached: Committed | None = None
    _taken: int = -1

    def take(self, first: int, last: int, since_ms: int) -> None:
        """Records ``first`` to ``last`` are in hand from now on; ``since_ms`` is the oldest one's timestamp.

        Raises ``ValueError`` for a span that does not come after all the others.
        """
        if first <= self._taken or last < first:
            raise ValueError(f"offsets {first}-{last} do not come after {self._taken}")
        self._taken = last
        self._spans[first] = _Span(last, since_ms)

    def finish(self, first: int, metadata: str | None = None) -> None:
        """The span that begins with ``first`` is durably done. ``metadata`` of ``None`` keeps the one before.

        Raises ``KeyError`` for a span that is not in hand, ``ValueError`` for metadata that the broker would refuse.
        """
        if metadata is not None and len(metadata.encode()) > METADATA_BYTES:
            raise ValueError(f"{len(metadata.encode())} bytes of metadata; the broker takes {METADATA_BYTES}")
        span = self._spans[first]
        span.done, span.metadata = True, metadata
        while self._spans and next(iter(self._spans.values())).done:
            _, head = self._spans.popitem(last=False)
            before = self._reached or self.committed
            kept = before.metadata if before else ""
            self._reached = Committed(head.last + 1, kept if head.metadata is None else head.metadata)

    def committable(self) -> Committed | None:
        """What to commit now; ``None`` when that is nothing new."""
        return None if self._reached == self.committed else self._reached

    def confirm(self, committed: Committed) -> None:
        """The broker has it. Not called for a commit that failed, so that the next one carries the same offset."""
        self.committed = committed

    @property
    def in_hand(self) -> int:
        """Spans taken and not committable yet: unfinished ones, and those that wait for one before them."""
        return len(self._spans)

    @property
    def oldest_ms(self) -> int | None:
        """The timestamp of the oldest record in hand."""
        for span in self._spans.values():
            if not span.done:
                return span.since_ms
        return None

    def describe(self) -> str:
        """One line for a log: where the partition stands."""
        at = self.committed.offset if self.committed else "nothing"
        waiting = [f"{first}-{span.last}" for first, span in self._spans.items() if not span.done]
        return f"committed {at}, taken up to {self._taken}, unfinished {', '.join(waiting[:5]) or 'none'}"
