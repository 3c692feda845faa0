"""What of a reading is counted: words, their pairs, what they have in common in meaning, and pieces of words."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from agents.understanding.normalise import BREAK, lines
from agents.understanding.reading import UNKNOWN
from agents.understanding.vocabulary import MARKERS

_WEIGHTS = {"w": 1.0, "b": 0.8, "c": 1.2, "d": 0.9, "g": 0.55}


def count(words: Sequence[str], strangers: Sequence[str]) -> Mapping[str, float]:
    """Weighted counts of a message's features, of unit length; empty for a message without words.

    The first letter names the kind: a word, a pair, a concept, a pair of concepts, a piece.
    """
    counted = Counter(_features([word for word in words if word != BREAK], frozenset(strangers)))
    weighted = {name: _WEIGHTS[name[0]] * (1 + math.log(times)) for name, times in counted.items()}
    norm = math.sqrt(sum(value * value for value in weighted.values())) or 1.0
    return {name: value / norm for name, value in weighted.items()}


def _features(words: Sequence[str], strangers: frozenset[str]) -> Iterator[str]:
    shown = [UNKNOWN if word in strangers else word for word in words]
    yield from (f"w:{word}" for word in shown)
    framed = ["^", *shown, "$"]
    yield from (f"b:{left} {right}" for left, right in pairwise(framed))
    meant = [concept(word) or word for word in words if word in MARKERS or concept(word)]
    yield from (f"c:{name}" for name in meant)
    yield from (f"d:{left} {right}" for left, right in pairwise(meant))
    for word in words:
        if word not in MARKERS and len(word) > 2:
            yield from _pieces(f" {word} ")


def _pieces(framed: str) -> Iterator[str]:
    for size in (3, 4, 5):
        yield from (f"g:{framed[at : at + size]}" for at in range(len(framed) - size + 1))


@cache
def _concepts() -> tuple[Mapping[str, str], Mapping[str, str]]:
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for line in lines("concepts.txt"):
        name, _, stated = line.partition(":")
        for word in stated.split():
            target = stems if word.endswith("*") else whole
            target.setdefault(word.rstrip("*"), f"={name}")
    return whole, stems


def concept(word: str) -> str | None:
    """What a word means for choosing a flow: its concept's name, or ``None``. A whole word goes before a stem."""
    whole, stems = _concepts()
    if word in whole:
        return whole[word]
    return next((stems[word[:size]] for size in range(len(word), 2, -1) if word[:size] in stems), None)
