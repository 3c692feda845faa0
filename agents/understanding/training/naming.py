"""Fits the tagger to marked utterances."""

import random
from collections.abc import Sequence

from agents.understanding.normalise import BREAK, scan
from agents.understanding.shapes import Shapes
from agents.understanding.tagger import Tagger, labelled, previous
from agents.understanding.training.matrix import fit
from agents.understanding.utterances import Span, Utterance
from agents.understanding.vocabulary import Vocabulary

_COST = 0.1
_RAREST = 2
_SEED = 20_261_121


def fit_tagger(utterances: Sequence[Utterance], vocabulary: Vocabulary) -> Tagger:
    """Each utterance serves as it is and, when it names products, once more with others in their place."""
    chance = random.Random(_SEED)  # noqa: S311 - variety, not secrecy
    pool = [text[span.start : span.end] for text, span in _marked(utterances, "p")]
    rows: list[dict[str, float]] = []
    labels: list[str] = []
    for utterance in (*utterances, *(_swapped(one, pool, chance) for one in utterances if _names(one, "p"))):
        row = scan(utterance.text)
        given = labelled(row, utterance.spans)
        shapes = Shapes(row, utterance.text, vocabulary)
        for at, token in enumerate(row):
            if token.word != BREAK:
                rows.append(dict.fromkeys(shapes.features(at, *previous(given, at)), 1.0))
                labels.append(given[at])
    fitted = fit(rows, labels, cost=_COST, rarest=_RAREST, weigh=False)
    return Tagger(fitted.classes, fitted.table, fitted.bias)


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
