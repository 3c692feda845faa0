"""A circuit breaker: a model that keeps failing is left alone for a while, then tried with one call.

Nygard, "Release It!", chapter 5: closed, open, half-open.
"""

from typing import Literal

from runtime.clock import Clock

State = Literal["closed", "open", "half_open"]


class Breaker:
    """Opens after ``failures`` in a row, for ``rest`` seconds, doubled at each failed probe up to ``longest``.

    Not thread-safe; one event loop uses it.
    """

    def __init__(self, clock: Clock, *, failures: int = 4, rest: float = 10.0, longest: float = 300.0) -> None:
        self._clock = clock
        self._failures = failures
        self._rest = rest
        self._longest = longest
        self._in_a_row = 0
        self._wait = rest
        self._until: float | None = None
        self._probing = False

    @property
    def state(self) -> State:
        """What a caller would meet now."""
        if self._until is None:
            return "closed"
        return "open" if self._clock.monotonic() < self._until else "half_open"

    def allows(self) -> bool:
        """Whether a call may be made now; one that may must be followed by ``succeeded``, ``failed`` or ``let_go``."""
        if self.state == "closed":
            return True
        if self.state == "open" or self._probing:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """The call gave an answer: everything is well again."""
        self._in_a_row = 0
        self._wait = self._rest
        self._until = None
        self._probing = False

    def failed(self) -> None:
        """The call failed."""
        if self._probing:
            self._wait = min(self._wait * 2, self._longest)
        self._probing = False
        self._in_a_row += 1
        if self._in_a_row >= self._failures:
            self._until = self._clock.monotonic() + self._wait

    def let_go(self) -> None:
        """The call was given up for a reason of ours: it says nothing of the model."""
        self._probing = False
