"""Understanding without a model to call: examples, linear scores over n-grams, BM25, and rules for names."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from agents.understanding import calibration, clauses, corpus, features, ridge
from agents.understanding.bm25 import BM25
from agents.understanding.normalise import BREAK, fold, word_set
from agents.understanding.protocol import Context, Entities, Understood
from agents.understanding.reading import NUMBER, Reading, read
from agents.understanding.vocabulary import Vocabulary

SOURCE = "offline"
_PENALTY = 0.3
_BM25_WEIGHT = 0.15
_ABSTAIN_BELOW = 0.22
_ABSTAIN_STRANGE = 0.8
"""For a message most of whose words we do not know."""
_ALSO_FROM = 0.5
_COURTESIES = frozenset({"greeting", "thanks_bye"})
_NAME_PRODUCTS = word_set(
    "order_place product_search product_availability product_price product_substitute product_info price_compare"
)


class OfflineUnderstanding:
    """The embedded Portuguese understanding. Building it takes about a second; ``read`` is pure and takes about 1 ms.

    ``catalogue`` names the products now on sale, so that their words are known as products.
    """

    def __init__(self, catalogue: Iterable[str] = ()) -> None:
        self._vocabulary = Vocabulary(catalogue, common=corpus.common_words())
        self._flows = corpus.flows()
        rows = list(corpus.examples(self._vocabulary))
        labels = np.array([self._flows.index(flow) for flow, _ in rows], dtype=np.int64)
        documents = [[word for word in words if word != BREAK] for _, words in rows]
        counted = [features.count(words, self._strangers(words)) for words in documents]
        self._linear = ridge.fit(counted, labels, len(self._flows), penalty=_PENALTY)
        self._bm25 = BM25(documents, labels, len(self._flows))
        nearest = [self._bm25.scores(words, without=at) for at, words in enumerate(documents)]
        left_out = self._linear.left_out + _BM25_WEIGHT * np.array(nearest)
        self._temperature = calibration.temperature(left_out, labels)

    async def understand(self, text: str, context: Context) -> Understood:
        """See ``Understanding``; never awaits anything."""
        return self.read(text, context)

    def read(self, text: str, context: Context) -> Understood:
        """What ``understand`` gives, for callers that are not asynchronous."""
        whole = read(text, self._vocabulary)
        pieces = clauses.split(fold(text))
        if not any(word[0].isalpha() and word != NUMBER for word in whole.words):
            return Understood(None, (), whole.entities, 0.0, abstained=True, source=SOURCE)
        if not pieces:
            return self._courtesy(whole)
        readings = [read(piece, self._vocabulary) for piece in pieces]
        parts = [self._probabilities(reading) for reading in readings if _asks(reading)]
        together = self._probabilities(read(", ".join(pieces), self._vocabulary))
        flows, confidence = self._choose(parts or [together], together)
        best = np.argsort(-together)[:4]
        scores = {self._flows[at]: round(float(together[at]), 3) for at in best}
        abstained = confidence < (_ABSTAIN_STRANGE if self._is_strange(whole) else _ABSTAIN_BELOW)
        entities = self._entities(whole, (context.awaiting or "", *(() if abstained else flows)))
        return Understood(
            flow=None if abstained else flows[0],
            flows=() if abstained else flows,
            entities=entities,
            confidence=round(confidence, 3),
            abstained=abstained,
            source=SOURCE,
            scores=scores,
        )

    def _choose(self, parts: list[NDArray[np.float64]], together: NDArray[np.float64]) -> tuple[tuple[str, ...], float]:
        """The flows asked, in order: a clause counts when it is sure by itself; else the whole decides."""
        if len(parts) == 1:
            at = int(parts[0].argmax())
            return (self._flows[at],), float(parts[0][at])
        top = self._flows[int(together.argmax())]
        sure = [
            (self._flows[int(part.argmax())], float(part.max()))
            for part in parts
            if part.max() >= _ALSO_FROM or self._flows[int(part.argmax())] == top
        ]
        wanted = [(flow, given) for flow, given in sure if flow not in _COURTESIES] or sure
        if not wanted or max(given for _, given in wanted) < together.max():
            wanted = [*wanted, (top, float(together.max()))] if top not in dict(wanted) else wanted
            wanted = wanted if len(wanted) > 1 and top in dict(wanted) else [(top, float(together.max()))]
        flows = tuple(dict.fromkeys(flow for flow, _ in wanted))
        return flows, max(given for flow, given in wanted if flow == flows[0])

    def _probabilities(self, reading: Reading) -> NDArray[np.float64]:
        words = [word for word in reading.words if word != BREAK]
        scores = self._linear.scores(features.count(words, reading.strangers)).astype(np.float64)
        return calibration.softmax(self._temperature * (scores + _BM25_WEIGHT * self._bm25.scores(words)))

    def _courtesy(self, whole: Reading) -> Understood:
        """A message that is only courtesies greets."""
        return Understood("greeting", ("greeting",), whole.entities, 0.99, abstained=False, source=SOURCE)

    def _entities(self, whole: Reading, flows: tuple[str, ...]) -> Entities:
        """What the message names; a word nobody knows is a product's name where a flow needs one."""
        entities = whole.entities
        if not entities.products and whole.strangers and _NAME_PRODUCTS & set(flows):
            return replace(entities, products=(" ".join(whole.strangers[:3]),))
        return entities

    def _is_strange(self, whole: Reading) -> bool:
        words = [word for word in whole.words if word.isalpha()]
        unknown = sum(not self._vocabulary.knows(word) for word in words)
        return unknown >= 0.5 * len(words)

    def _strangers(self, words: Iterable[str]) -> list[str]:
        known = self._vocabulary
        return [word for word in words if known.is_unknown(word) and not known.is_product(word)]


def _asks(reading: Reading) -> bool:
    """Whether a clause says something of its own: more than names and words that go with anything."""
    return any(word in _QUESTIONS or features.concept(word) for word in reading.words)


_QUESTIONS = word_set("tem teria ha quanto quanta quantos quantas qual quais quando onde cade como quem")
