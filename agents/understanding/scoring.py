"""Scores a message's flows: the whole of it, and each of its clauses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.understanding import clauses, features
from agents.understanding.calibration import Floats
from agents.understanding.reading import Reading
from agents.understanding.table import Table
from agents.understanding.tagger import Name


@dataclass(frozen=True, slots=True)
class FlowModel:
    """Linear scores of flows. ``idf`` has a value a row of ``table``; ``bias`` one a flow."""

    flows: tuple[str, ...]
    table: Table
    idf: Floats
    bias: Floats

    def scores(self, words: Sequence[str], names: Sequence[Name]) -> Floats:
        """One score a flow: the margin of "asks for it" against "does not"."""
        return self.table.product(features.count(words, names), self.idf) + self.bias


@dataclass(frozen=True, slots=True)
class Scores:
    """Of a message: ``whole`` has a score a flow, ``parts`` the same for each clause in order (rows)."""

    whole: Floats
    parts: Floats


def score(reading: Reading, model: FlowModel) -> Scores:
    """Scores a message that was read; a message of one clause has itself as its only part."""
    whole = model.scores(reading.words, reading.names)
    places = clauses.split(reading.words, reading.names)
    if len(places) < 2:
        return Scores(whole, whole[None, :])
    return Scores(whole, np.vstack([model.scores(*reading.part(*place)) for place in places]))
