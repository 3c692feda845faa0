"""Holds everyone back while the provider says that the number sends too much."""

from runtime.clock import Clock


class Gate:
    """Open unless closed for a while; closing it again can only lengthen the while."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opens_at = 0.0

    def close_for(self, seconds: float) -> None:
        """Lets nobody through for so long."""
        self._opens_at = max(self._opens_at, self._clock.monotonic() + seconds)

    async def passed(self) -> None:
        """Returns when the gate is open."""
        while (left := self._opens_at - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
