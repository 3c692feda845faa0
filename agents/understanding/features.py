"""What of a message is counted for choosing its flow: words, runs of words, meanings, and pieces of words."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations, pairwise

from agents.understanding import concepts
from agents.understanding.normalise import BREAK

MARKERS = {
    "o": "xpedido",
    "nf": "xnota",
    "p": "xproduto",
    "q": "xnumero",
    "v": "xvalor",
    "d": "xdata",
    "cnpj": "xcnpj",
    "city": "xcidade",
    "s": "xescore",
}
"""The word that stands for a name of each kind."""
_NAMES = frozenset(MARKERS.values())
_WEIGHTS = {"w": 1.0, "b": 0.9, "t": 0.7, "s": 0.6, "c": 1.0, "d": 0.7, "e": 0.5, "n": 0.6, "g": 0.45, "z": 0.6}


def masked(words: Sequence[str], spans: Sequence[tuple[str, int, int]]) -> list[str]:
    """The words with each name replaced by its marker; ``spans`` are kind, first word, the one after the last."""
    shown: list[str] = []
    after = 0
    for kind, start, end in spans:
        shown += words[after:start]
        shown.append(MARKERS[kind])
        after = end
    return shown + list(words[after:])


def count(words: Sequence[str], spans: Sequence[tuple[str, int, int]]) -> Mapping[str, float]:
    """Weighted counts of a message's features by name, of unit length; empty for a message without words.

    The first letter names the kind: a word, a run of two or three, two with a gap, a concept, two concepts in order or
    together, a word within a name, a piece of a word, the shape of the whole.
    """
    counted = Counter(_features(words, spans))
    weighted = {
        name: _WEIGHTS[name[0]] if times == 1 else _WEIGHTS[name[0]] * (1 + math.log(times))
        for name, times in counted.items()
    }
    norm = math.sqrt(sum(value * value for value in weighted.values())) or 1.0
    return {name: value / norm for name, value in weighted.items()}


def _features(words: Sequence[str], spans: Sequence[tuple[str, int, int]]) -> list[str]:
    shown = [word for word in masked(words, spans) if word != BREAK]
    framed = ["^", *shown, "$"]
    found: list[str] = []
    for word in shown:
        found.append(f"w{word}")
        if word not in _NAMES:
            found += pieces(word)
    found += [f"b{left} {right}" for left, right in pairwise(framed)]
    for left, middle, right in zip(framed, framed[1:], framed[2:], strict=False):
        found += (f"t{left} {middle} {right}", f"s{left} {right}")
    meant = [name for word in shown for name in ((word,) if word in _NAMES else concepts.of_word(word))]
    meant += concepts.of_phrases(shown)
    found += [f"c{name}" for name in meant]
    found += [f"d{left} {right}" for left, right in pairwise(meant)]
    found += [f"e{left}&{right}" for left, right in combinations(sorted(set(meant)), 2)]
    for kind, start, end in spans:
        if kind == "p":
            found += [f"n{word}" for word in words[start:end]]
    found.append(f"z{min(len(shown), 6)} {bool(shown) and shown[-1] == '?'}")
    return found


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[str, ...]:
    """A word's runs of two to five characters, its ends marked by spaces; kept, for messages share most words."""
    framed = f" {word} "
    return tuple(f"g{framed[at : at + size]}" for size in (2, 3, 4, 5) for at in range(len(framed) - size + 1))
