"""Okapi BM25 of a message against the example utterances: which flow's examples use these very words."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_K1, _B = 1.2, 0.5


class BM25:
    """Built once from the examples; ``scores`` is pure."""

    def __init__(self, documents: Sequence[Sequence[str]], labels: NDArray[np.int64], classes: int) -> None:
        self._labels = labels
        self._classes = classes
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, words in enumerate(documents):
            for word, times in Counter(words).items():
                postings[word].append((at, times))
        lengths = np.array([len(words) for words in documents], dtype=np.float64)
        relative = 1 - _B + _B * lengths / max(lengths.mean(), 1.0)
        self._size = len(documents)
        self._postings = {}
        for word, places in postings.items():
            rows = np.array([at for at, _ in places], dtype=np.int64)
            often = np.array([times for _, times in places], dtype=np.float64)
            idf = math.log(1 + (self._size - len(places) + 0.5) / (len(places) + 0.5))
            self._postings[word] = (rows, idf * often * (_K1 + 1) / (often + _K1 * relative[rows]), idf)

    def scores(self, words: Sequence[str], *, without: int | None = None) -> NDArray[np.float64]:
        """One score a flow, 0 to about 1: the flow's two nearest examples, as a share of what the words could give.

        ``without`` leaves one example out, for calibration.
        """
        found = np.zeros(self._size)
        best = 0.0
        for word in set(words):
            if word in self._postings:
                rows, values, idf = self._postings[word]
                found[rows] += values
                best += idf * (_K1 + 1) / (1 + _K1 * 0.7)
        if without is not None:
            found[without] = 0
        first, second = np.zeros(self._classes), np.zeros(self._classes)
        order = np.argsort(-found)[:60]
        for at in order:
            label = self._labels[at]
            if not first[label]:
                first[label] = found[at]
            elif not second[label]:
                second[label] = found[at]
        return np.asarray((0.7 * first + 0.3 * second) / (best or 1.0))
