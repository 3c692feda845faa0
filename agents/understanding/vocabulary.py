"""The words that name products, the words of everyday Portuguese, and the spelling mistakes made in the former."""

from collections.abc import Iterable
from functools import cache, lru_cache

from agents.understanding.normalise import fold, lines, tokens, words

RARE = 5
"""The band of a word that is in no band."""


class Vocabulary:
    """Product words: the lexicon's and the live catalogue's, and everyday Portuguese."""

    def __init__(self, catalogue: Iterable[str] = ()) -> None:
        self.qualifiers = words("qualifiers.txt")
        self._bands = bands()
        named = {word for name in catalogue for word in tokens(fold(name)) if len(word) >= 4 and word.isalpha()}
        known = words("products.txt") | words("ingredients.txt")
        self._products = known | {word for word in named - self.qualifiers if word not in self._bands}
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._products):
            self._by_start.setdefault((word[0], len(word)), []).append(word)
        self.is_product = lru_cache(maxsize=20_000)(self._is_product)

    def _is_product(self, word: str) -> bool:
        if word in self._products:
            return True
        if not word.isalpha() or len(word) < 6 or word in self._bands or word in self.qualifiers:
            return False
        allowed = 2 if len(word) >= 9 else 1
        lengths = range(len(word) - allowed, len(word) + allowed + 1)
        near = (candidate for length in lengths for candidate in self._by_start.get((word[0], length), ()))
        return any(within(word, candidate, allowed) for candidate in near)

    def band(self, word: str) -> int:
        """How common the word is in everyday Portuguese: 1 the commonest to 4, ``RARE`` for one that is not listed."""
        return self._bands.get(word, RARE)

    def knows(self, word: str) -> bool:
        """Whether the word is everyday Portuguese or part of a product's name."""
        return word in self._bands or word in self.qualifiers or self.is_product(word)


@cache
def bands() -> dict[str, int]:
    """Each word of everyday Portuguese with its band."""
    return {word: band for band, line in enumerate(lines("portuguese.txt"), start=1) for word in line.split()}


def within(left: str, right: str, limit: int) -> bool:
    """Whether the optimal string alignment distance (a swap of neighbours counts 1) is at most ``limit``."""
    if abs(len(left) - len(right)) > limit:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return False
    return row[-1] <= limit
