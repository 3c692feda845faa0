"""Trying again: exponential backoff with full jitter, under an injected clock and an injected random source.

Full jitter is the variant that spreads competing clients best:
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from runtime.clock import Clock, SystemClock

T = TypeVar("T")
Notice = Callable[[Exception, int, float], None]
"""Told of each failure before the wait: the exception, the attempts made so far, the seconds until the next one."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits after the n-th failure: random between half and all of ``first * 2**(n-1)``, at most ``ceiling``.

    Seconds. ``attempts`` of ``None`` never gives up.
    """

    first: float = 0.1
    ceiling: float = 10.0
    attempts: int | None = 6

    def delay(self, failures: int, uniform: Callable[[float, float], float] = random.uniform) -> float:
        """Seconds to wait after ``failures`` (1 or more) failures in a row."""
        widest = min(self.ceiling, self.first * 2 ** min(failures - 1, 32))
        return uniform(widest / 2, widest)


def _quiet(error: Exception, attempts: int, delay: float) -> None:
    """Says nothing."""


async def retry(
    work: Callable[[], Awaitable[T]],
    *,
    backoff: Backoff,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
    never: tuple[type[Exception], ...] = (),
    clock: Clock | None = None,
    uniform: Callable[[float, float], float] = random.uniform,
    notice: Notice = _quiet,
) -> T:
    """The result of ``work``, called again after each exception in ``on`` that is not in ``never``.

    Raises the last exception once ``backoff.attempts`` calls have failed; any other exception passes at once.
    """
    clock = clock or SystemClock()
    failures = 0
    while True:
        try:
            return await work()
        except never:
            raise
        except on as error:
            failures += 1
            if backoff.attempts is not None and failures >= backoff.attempts:
                raise
            delay = backoff.delay(failures, uniform)
            notice(error, failures, delay)
        await clock.sleep(delay)
