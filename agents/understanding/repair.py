"""Puts right the spelling of ordinary words: typed without vowels, by ear, or with one letter wrong."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from agents.understanding import concepts
from agents.understanding.vocabulary import Vocabulary, within

_VOWELS = frozenset("aeiouy")
_SHORTEST = 4
"""Letters of a word, below which too many others sound the same."""
_LONG_ENOUGH = 6
"""Letters of a word, from which on one that differs in a letter is hardly another word."""
_SOUNDS = (
    (re.compile("ph"), "f"),
    (re.compile("^h|(?<![cln])h"), ""),
    (re.compile("ss|sc(?=[ei])|xc(?=[ei])|c(?=[ei]|ao|oes)|z|x"), "s"),
    (re.compile("qu(?=[ei])|k|q|c(?!h)"), "k"),
    (re.compile("g(?=[ei])"), "j"),
    (re.compile("w|v"), "v"),
    (re.compile("y"), "i"),
    (re.compile("lh"), "li"),
    (re.compile("m(?=[^aeiou]|$)"), "n"),
    (re.compile("l(?=[^aeiou]|$)|o$"), "u"),
    (re.compile("e$"), "i"),
    (re.compile("r$"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
"""What sounds alike in Brazilian Portuguese, in the order to make it alike."""


class Speller:
    """Puts words right. ``common`` are words that choose flows, the commonest first; ``vocabulary`` and the concepts
    say what is right as it is. A word that it cannot place it leaves alone.
    """

    def __init__(self, common: Sequence[str], vocabulary: Vocabulary) -> None:
        self._common = frozenset(common)
        self._knows = vocabulary.knows
        self._by_sound = _first((sound(word), word) for word in common)
        self._by_skeleton = _first((skeleton(word), word) for word in common if len(skeleton(word)) >= 3)
        self._near = _first((less, word) for word in common if len(word) >= _SHORTEST for less in _lessened(word))
        self.right = lru_cache(maxsize=20_000)(self._right)

    def _right(self, word: str) -> str:
        if len(word) < _SHORTEST or not word.isalpha() or word in self._common or self._knows(word):
            return word
        if concepts.of_word(word):
            return word
        if found := self._by_sound.get(sound(word)):
            return found
        if _is_clipped(word) and (found := self._by_skeleton.get(skeleton(word))):
            return found
        if len(word) < _LONG_ENOUGH:
            return word
        near = {self._near[less] for less in _lessened(word) if less in self._near}
        alike = [other for other in near if other[0] == word[0] and within(word, other, 1)]
        return min(alike, key=lambda other: (abs(len(other) - len(word)), other), default=word)


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first word of each key: of several, the commonest."""
    found: dict[str, str] = {}
    for key, word in pairs:
        found.setdefault(key, word)
    return found


def _lessened(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters: two that share one differ by at most one letter or a swap."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _is_clipped(word: str) -> bool:
    """Whether vowels seem left out."""
    return sum(char in _VOWELS for char in word) * 3 <= len(word)


def skeleton(word: str) -> str:
    """The consonants, and a vowel in front: "cancelar", "cncelar" and "cnclar" have the same."""
    return word[0] + "".join(char for char in word[1:] if char not in _VOWELS)


def sound(word: str) -> str:
    """How the word sounds: "devoluçao", "devolussao" and "devolusão" have the same."""
    for written, heard in _SOUNDS:
        word = written.sub(heard, word)
    return word
