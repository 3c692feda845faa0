"""Fits the tagger to marked utterances."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.understanding.normalise import BREAK, scan
from agents.understanding.shapes import Shapes
from agents.understanding.tagger import Tagger, labelled, previous
from agents.understanding.training.matrix import Rows
from agents.understanding.utterances import Span, Utterance
from agents.understanding.vocabulary import Vocabulary

_COST = 0.1
_RAREST = 2
_SEED = 20_261_121


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the tagger sees of every token of every utterance, once; ``of`` says which utterance each is of."""

    rows: Rows
    labels: tuple[str, ...]
    of: NDArray[np.int64]

    @classmethod
    def read(cls, utterances: Sequence[Utterance], vocabulary: Vocabulary) -> "Tokens":
        """Each utterance serves as it is and, when it names products, once more with others in their place."""
        chance = random.Random(_SEED)  # noqa: S311 - variety, not secrecy
        pool = [text[span.start : span.end] for text, span in _marked(utterances, "p")]
        labels: list[str] = []
        of: list[int] = []

        def rows() -> Iterator[Mapping[str, float]]:
            for at, utterance in enumerate(utterances):
                swapped = [_swapped(utterance, pool, chance)] if _names(utterance, "p") else []
                for one in (utterance, *swapped):
                    for features, label in _seen(one, vocabulary):
                        labels.append(label)
                        of.append(at)
                        yield dict.fromkeys(features, 1.0)

        return cls(Rows.of(rows()), tuple(labels), np.array(of))

    def fit(self, utterances: Sequence[int]) -> Tagger:
        """The tagger that these utterances, by their places, teach. Blocks for seconds."""
        chosen = np.flatnonzero(np.isin(self.of, utterances)).tolist()
        labels = [self.labels[at] for at in chosen]
        fitted = self.rows.fit(chosen, labels, cost=_COST, rarest=_RAREST, weigh=False)
        return Tagger(fitted.classes, fitted.table, fitted.bias)


def _seen(utterance: Utterance, vocabulary: Vocabulary) -> Iterator[tuple[list[str], str]]:
    row = scan(utterance.text)
    given = labelled(row, utterance.spans)
    shapes = Shapes(row, utterance.text, vocabulary)
    for at, token in enumerate(row):
        if token.word != BREAK:
            yield shapes.features(at, *previous(given, at)), given[at]


def _marked(utterances: Sequence[Utterance], kind: str) -> list[tuple[str, Span]]:
    return [(one.text, span) for one in utterances for span in one.spans if span.kind == kind]


def _names(utterance: Utterance, kind: str) -> bool:
    return any(span.kind == kind for span in utterance.spans)


def _swapped(utterance: Utterance, pool: Sequence[str], chance: random.Random) -> Utterance:
    """The utterance with another product wherever it names one."""
    text, spans, after = "", [], 0
    for span in utterance.spans:
        text += utterance.text[after : span.start]
        shown = chance.choice(pool) if span.kind == "p" else utterance.text[span.start : span.end]
        spans.append(Span(span.kind, len(text), len(text) + len(shown), span.value))
        text += shown
        after = span.end
    return Utterance(text + utterance.text[after:], utterance.flows, tuple(spans))
