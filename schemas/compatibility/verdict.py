"""What is said of one change: how bad it is, whom it breaks, and who must deploy first."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class Verdict(enum.Enum):
    """How bad a change is."""

    COMPATIBLE = "compatible"
    """Nobody notices, whoever deploys first."""
    NEEDS_ORDER = "needs order"
    """Allowed; ``Difference.first`` says who deploys first."""
    UNTOLD = "untold"
    """Refused until the register says what changed; it would break nobody."""
    BREAKING = "breaking"
    """Refused."""

    @property
    def refused(self) -> bool:
        """Whether a change with this verdict may not be made."""
        return self in (Verdict.UNTOLD, Verdict.BREAKING)


class First(enum.Enum):
    """Who must deploy first."""

    EITHER = "either"
    PRODUCERS = "producers"
    CONSUMERS = "consumers"
    NOBODY = "no order works"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One change of a topic in words. ``breaks`` names the stations and teams that a breaking change breaks, and those
    that must be ready before one that needs an order; ``why`` is a sentence, ``remedy`` another or empty."""

    topic: str
    what: str
    verdict: Verdict
    why: str
    first: First = First.EITHER
    breaks: tuple[str, ...] = ()
    remedy: str = ""


_BADNESS = (Verdict.COMPATIBLE, Verdict.NEEDS_ORDER, Verdict.UNTOLD, Verdict.BREAKING)


def worst(differences: Sequence[Difference]) -> Verdict:
    """The worst verdict of all; compatible when there is none."""
    return max((each.verdict for each in differences), key=_BADNESS.index, default=Verdict.COMPATIBLE)
