"""Which words spelling mistakes are put right to."""

from collections import Counter
from collections.abc import Sequence

from agents.understanding.reading import Reading
from agents.understanding.vocabulary import RARE, Vocabulary

_TIMES, _VOICES, _LETTERS = 4, 3, 4


def common_words(voices: Sequence[str], readings: Sequence[Reading], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Everyday words that several voices say outside names, the commonest first; ``voices`` has a name a reading."""
    times: Counter[str] = Counter()
    heard: dict[str, set[str]] = {}
    for voice, reading in zip(voices, readings, strict=True):
        named = {at for _, start, end in reading.names for at in range(start, end)}
        for at, word in enumerate(reading.words):
            if at not in named and len(word) >= _LETTERS and word.isalpha() and vocabulary.band(word) < RARE:
                times[word] += 1
                heard.setdefault(word, set()).add(voice)
    kept = [word for word, often in times.items() if often >= _TIMES and len(heard[word]) >= _VOICES]
    return tuple(sorted(kept, key=lambda word: (-times[word], word)))
