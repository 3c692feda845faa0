"""Brazil's municipalities, found in a message's words."""

from collections.abc import Sequence
from functools import cache

from agents.understanding.normalise import lines


@cache
def _names() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Every municipality's words by its first word, the longest first."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for line in lines("cities.txt"):
        for name in line.partition(":")[2].split(";"):
            words = tuple(name.replace("-", " ").replace("'", " ").split())
            found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(names, key=len, reverse=True)) for first, names in found.items()}


def city_length(words: Sequence[str], at: int) -> int:
    """How many words from ``at`` are a municipality's name; 0 for none."""
    for name in _names().get(words[at], ()):
        if tuple(words[at : at + len(name)]) == name:
            return len(name)
    return 0


STATES = frozenset(
    "ac al am ap ba ce df es go ma mg ms mt pa pb pe pi pr rj rn ro rr rs sc se sp to".split()  # noqa: SIM905
)
