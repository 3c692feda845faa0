"""What words mean for choosing a flow, by a lexicon of words, stems and phrases."""

from collections.abc import Sequence
from functools import cache, lru_cache

from agents.understanding.normalise import lines, tokens

_LONGEST = 4


@cache
def _lexicon() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], dict[tuple[str, ...], tuple[str, ...]]]:
    """Whole words, stems, and phrases, each with the concepts it stands under."""
    whole: dict[str, tuple[str, ...]] = {}
    stems: dict[str, tuple[str, ...]] = {}
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in lines("concepts.txt"):
        name, _, stated = line.partition(":")
        for entry in stated.split():
            if "_" in entry:
                phrase = tuple(tokens(entry.replace("_", " ").rstrip("*")))
                phrases[phrase] = (*phrases.get(phrase, ()), name)
            else:
                target = stems if entry.endswith("*") else whole
                word = entry.rstrip("*")
                target[word] = (*target.get(word, ()), name)
    return whole, stems, phrases


@lru_cache(maxsize=20_000)
def of_word(word: str) -> tuple[str, ...]:
    """The concepts of one word, by the whole word or by its stems."""
    whole, stems, _ = _lexicon()
    found = list(whole.get(word, ()))
    for size in range(len(word), 1, -1):
        found += stems.get(word[:size], ())
    return tuple(dict.fromkeys(found))


def of_phrases(words: Sequence[str]) -> list[str]:
    """The concepts of the phrases in a message, in the order they are met."""
    phrases = _lexicon()[2]
    starts = _starts()
    found: list[str] = []
    for at, word in enumerate(words):
        if word in starts:
            for size in range(2, _LONGEST + 1):
                found += phrases.get(tuple(words[at : at + size]), ())
    return found


@cache
def _starts() -> frozenset[str]:
    return frozenset(phrase[0] for phrase in _lexicon()[2])
