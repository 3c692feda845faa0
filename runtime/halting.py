"""A partition at its gate: it works on what lies before a record that does not pass, then stands until it may go on."""

from collections.abc import Awaitable, Callable, Sequence

from structlog.typing import FilteringBoundLogger

from runtime import metrics
from runtime.clock import Clock
from runtime.gate import Gate
from runtime.halt import Halt
from runtime.intake import Fetched
from schemas.topic import Topic


class Halting:
    """Whether one partition stands, said in its log and, for as long as it lasts, in the gauge of halted partitions."""

    def __init__(self, topic: Topic, number: int, group: str, clock: Clock, log: FilteringBoundLogger) -> None:
        self.now: Halt | None = None
        self._labels = (group, topic.name, str(number))
        self._clock = clock
        self._log = log

    async def stand(self, halt: Halt) -> None:
        """Waits before the halt's offset until it is time to try again. The partition may be closed meanwhile."""
        if self.now is None or self.now.sentence != halt.sentence:
            write = self._log.warning if halt.passing else self._log.error
            write("partition halted", offset=halt.offset, why=halt.sentence, retry_in=halt.retry_seconds)
        if self.now is not None and self.now.cause != halt.cause:
            self.leave()
        self.now = halt
        if not halt.passing:
            metrics.HALTED_AT.labels(*self._labels, halt.cause).set(halt.offset)
        await self._clock.sleep(halt.retry_seconds)

    def end(self) -> None:
        """The records that it stood before were taken."""
        if self.now is not None:
            self._log.info("partition goes on", offset=self.now.offset)
            self.leave()

    def leave(self) -> None:
        """It no longer stands here: it went on, or was given up."""
        if self.now is not None:
            cause, self.now = self.now.cause, None
            metrics.HALTED_AT.remove(*self._labels, cause)


async def through(
    gate: Gate,
    fetched: Sequence[Fetched],
    *,
    work: Callable[[Sequence[Fetched]], Awaitable[None]],
    admit: Callable[[Gate, Fetched], Awaitable[None]],
    stand: Callable[[Halt], Awaitable[None]],
) -> None:
    """Calls ``work`` with what the gate lets through, in order; stands before the first record that it does not.

    ``admit`` is awaited for each record that the gate has to look at, and raises ``Halt`` for one that may not pass:
    what lies before it is worked on, then ``stand`` is awaited and it is asked again, until it does. Whatever else any
    of the three raises passes.
    """
    begin = 0
    index = len(fetched) if gate.steady(fetched) else 0
    while index < len(fetched):
        if gate.changed(fetched[index]):
            try:
                await admit(gate, fetched[index])
            except Halt as halt:
                if begin < index:
                    await work(fetched[begin:index])
                    begin = index
                await stand(halt)
                continue
        index += 1
    await work(fetched[begin:])
