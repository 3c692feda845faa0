"""Finds the names in a message: labels each token in turn, begin-inside-outside, by a linear model.

Greedy from left to right with the labels before among the features (a maximum-entropy Markov model's decoding).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from agents.understanding.normalise import BREAK, Token
from agents.understanding.shapes import Shapes
from agents.understanding.table import Table
from agents.understanding.utterances import Span
from agents.understanding.vocabulary import Vocabulary

OUTSIDE = "O"
Name = tuple[str, int, int]
"""Kind, first token, and the token after the last."""


@dataclass(frozen=True, eq=False)
class Tagger:
    """``table`` has a column a label; ``bias`` is added to each."""

    labels: tuple[str, ...]
    table: Table
    bias: NDArray[np.float32]

    @cached_property
    def _row(self) -> Callable[[str], NDArray[np.float32]]:
        """The weights of one feature; those of labels and looks are few and come again and again."""
        return lru_cache(maxsize=10_000)(lambda name: self.table.sums((name,)))

    def names(self, row: Sequence[Token], text: str, vocabulary: Vocabulary) -> list[Name]:
        """The names in a message's tokens, in order."""
        if not row:
            return []
        shapes = Shapes(row, text, vocabulary)
        still = self.table.sums_by_row([shapes.still(at) for at in range(len(row))]) + self.bias
        given: list[str] = []
        for at, token in enumerate(row):
            if token.word == BREAK:
                given.append(OUTSIDE)
                continue
            before, earlier = previous(given, at)
            scores = still[at]
            for name in shapes.moving(at, before, earlier):
                scores = scores + self._row(name)
            given.append(self._allowed(scores, before))
        return joined(given)

    def _allowed(self, scores: NDArray[np.float32], before: str) -> str:
        """The best label that may follow: a name goes on only from its own beginning."""
        label = self.labels[int(scores.argmax())]
        if not label.startswith("I-") or before[2:] == label[2:]:
            return label
        for at in np.argsort(-scores):
            label = self.labels[int(at)]
            if not label.startswith("I-") or before[2:] == label[2:]:
                return label
        return OUTSIDE


def previous(labels: Sequence[str], at: int) -> tuple[str, str]:
    """The label before the token ``at``, and the one before that."""
    return labels[at - 1] if at else OUTSIDE, labels[at - 2] if at > 1 else OUTSIDE


def joined(labels: Sequence[str]) -> list[Name]:
    """The names that begin-inside-outside labels spell."""
    found: list[Name] = []
    for at, label in enumerate(labels):
        if label.startswith("B-"):
            found.append((label[2:], at, at + 1))
        elif label.startswith("I-") and found and found[-1][2] == at:
            kind, start, _ = found[-1]
            found[-1] = (kind, start, at + 1)
    return found


def labelled(row: Sequence[Token], spans: Sequence[Span]) -> list[str]:
    """The label of each token, by the marks of an utterance."""
    labels = [OUTSIDE] * len(row)
    for span in spans:
        inside = [at for at, token in enumerate(row) if token.start < span.end and token.end > span.start]
        for at in inside:
            labels[at] = f"{'B' if at == inside[0] else 'I'}-{span.kind}"
    return labels
