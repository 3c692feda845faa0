"""Fits the scores of flows, and what decides between one flow and several."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.understanding import clauses, features
from agents.understanding.calibration import softmax, temperature
from agents.understanding.choosing import Chooser, candidates
from agents.understanding.normalise import scan
from agents.understanding.reading import Reading, reading
from agents.understanding.scoring import FlowModel, Scores
from agents.understanding.tagger import joined, labelled
from agents.understanding.training.matrix import Rows
from agents.understanding.utterances import Utterance
from agents.understanding.vocabulary import Vocabulary

_COST, _RAREST = 3.0, 2
_FIRST_COST, _FIRST_RAREST = 0.3, 4
"""Of the first model, which only says which clause asks for which flow of a message: a rough one does."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The features of every utterance and of its clauses, counted once, by the names its marks say."""

    utterances: Sequence[Utterance]
    readings: Sequence[Reading]
    rows: Rows
    """A row an utterance, in order, then one a clause of ``clauses``."""
    clauses: Mapping[int, Sequence[int]]
    """The rows of the clauses of each utterance that asks for several flows and has clauses enough."""

    @classmethod
    def of(cls, utterances: Sequence[Utterance], readings: Sequence[Reading]) -> "Messages":
        """Counts everything; blocks for some seconds. ``readings`` are the utterances' own, put right."""
        counted = [features.count(one.words, one.names) for one in readings]
        places: dict[int, Sequence[int]] = {}
        for at, (utterance, one) in enumerate(zip(utterances, readings, strict=True)):
            found = clauses.split(one.words, one.names) if len(utterance.flows) > 1 else []
            if len(found) >= len(utterance.flows) > 1:
                places[at] = range(len(counted), len(counted) + len(found))
                counted += [features.count(*one.part(*place)) for place in found]
        return cls(utterances, readings, Rows.of(counted), places)

    def fit(self, chosen: Sequence[int]) -> FlowModel:
        """Learns from whole messages first, then also from the clauses of messages with several flows.

        Which clause asks for which flow is not marked: the first model says it, among the flows the message has.
        """
        single = [at for at in chosen if len(self.utterances[at].flows) == 1]
        first = self._fitted(single, [self.utterances[at].flows[0] for at in single], _FIRST_COST, _FIRST_RAREST)
        rows, labels = list(chosen), [self.utterances[at].flows[0] for at in chosen]
        for at in chosen:
            for row, flow in self._asked(at, first):
                rows.append(row)
                labels.append(flow)
        return self._fitted(rows, labels, _COST, _RAREST)

    def _fitted(self, rows: Sequence[int], labels: Sequence[str], cost: float, rarest: int) -> FlowModel:
        fitted = self.rows.fit(rows, labels, cost=cost, rarest=rarest, weigh=True)
        return FlowModel(fitted.classes, fitted.table, fitted.idf, fitted.bias)

    def _asked(self, at: int, model: FlowModel) -> Iterator[tuple[int, str]]:
        """For each flow of a message the clause that is most about it, when it has clauses enough."""
        if at not in self.clauses:
            return
        message, flows = self.readings[at], self.utterances[at].flows
        parts = [message.part(*place) for place in clauses.split(message.words, message.names)]
        columns = [model.flows.index(flow) for flow in flows]
        scores = np.vstack([model.scores(*part)[columns] for part in parts])
        for column, flow in enumerate(flows):
            best = int(scores[:, column].argmax())
            if int(scores[best].argmax()) == column:
                yield self.clauses[at][best], flow


def marked(utterance: Utterance, vocabulary: Vocabulary) -> Reading:
    """An utterance read with the names its marks say, not those a tagger finds."""
    row = tuple(scan(utterance.text))
    return reading(utterance.text, row, joined(labelled(row, utterance.spans)), vocabulary)


def fit_chooser(scored: Sequence[Scores], utterances: Sequence[Utterance], flows: tuple[str, ...]) -> Chooser:
    """Learns from scores of voices left out when a message asks for a further flow."""
    from sklearn.linear_model import LogisticRegression

    labels = np.array([flows.index(utterance.flows[0]) for utterance in utterances])
    heat = temperature(np.vstack([scores.whole for scores in scored]), labels)
    rows, asked = [], []
    for scores, utterance in zip(scored, utterances, strict=True):
        sure = softmax(scores.parts * heat)
        for at, row in candidates(scores, softmax(scores.whole * heat), sure, flows):
            rows.append(row)
            asked.append(flows[at] in utterance.flows and flows[int(scores.whole.argmax())] in utterance.flows)
    if len(set(asked)) < 2:
        raise ValueError("the voices need messages that ask for several flows, and others that do not")
    judge = LogisticRegression(C=1.0, max_iter=2000).fit(np.vstack(rows), asked)
    return Chooser(flows, heat, np.append(judge.coef_[0], judge.intercept_[0]))
