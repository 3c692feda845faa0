"""When a webhook that failed is tried again."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Schedule:
    """Delays that double from ``first`` up to ``longest``; all times in seconds."""

    first: float
    longest: float
    give_up_after: float

    def delay(self, attempts: int, random: Random) -> float:
        """Seconds until the next attempt after ``attempts`` (at least 1) have failed, spread by up to a fifth."""
        doubled = min(self.longest, self.first * 2.0 ** min(attempts - 1, 32))
        return doubled * random.uniform(0.8, 1.0)

    def given_up(self, age: float) -> bool:
        """Whether a webhook of this age is dropped instead of tried again."""
        return age >= self.give_up_after
