"""Fits the scores of flows, and what decides between one flow and several."""

from collections.abc import Mapping, Sequence

import numpy as np

from agents.understanding import clauses, features
from agents.understanding.calibration import softmax, temperature
from agents.understanding.choosing import Chooser, candidates
from agents.understanding.reading import Reading
from agents.understanding.scoring import FlowModel, Scores
from agents.understanding.training.matrix import fit
from agents.understanding.utterances import Utterance

_COST = 1.0
_RAREST = 2


def fit_flows(readings: Sequence[Reading], utterances: Sequence[Utterance]) -> FlowModel:
    """Learns from whole messages first, then also from the clauses of messages with several flows.

    Which clause asks for which flow is not marked: the first model says it, among the flows the message has.
    """
    rows = [features.count(reading.words, reading.names) for reading in readings]
    labels = [utterance.flows[0] for utterance in utterances]
    several = [at for at, utterance in enumerate(utterances) if len(utterance.flows) > 1]
    single = [at for at, utterance in enumerate(utterances) if len(utterance.flows) == 1]
    first = _fitted([rows[at] for at in single], [labels[at] for at in single])
    for at in several:
        for row, flow in _clauses(readings[at], utterances[at].flows, first):
            rows.append(row)
            labels.append(flow)
    return _fitted(rows, labels)


def _fitted(rows: Sequence[Mapping[str, float]], labels: Sequence[str]) -> FlowModel:
    fitted = fit(rows, labels, cost=_COST, rarest=_RAREST, weigh=True)
    return FlowModel(fitted.classes, fitted.table, fitted.idf, fitted.bias)


def _clauses(reading: Reading, flows: Sequence[str], model: FlowModel) -> list[tuple[Mapping[str, float], str]]:
    """For each flow of the message the clause that is most about it, when it has clauses enough."""
    places = clauses.split(reading.words, reading.names)
    if len(places) < len(flows):
        return []
    parts = [reading.part(*place) for place in places]
    columns = [model.flows.index(flow) for flow in flows]
    scores = np.vstack([model.scores(*part)[columns] for part in parts])
    found = []
    for at, flow in enumerate(flows):
        best = int(scores[:, at].argmax())
        if int(scores[best].argmax()) == at:
            found.append((features.count(*parts[best]), flow))
    return found


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
