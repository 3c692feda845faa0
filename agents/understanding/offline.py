"""Understanding without a model to call: names by a tagger, flows by linear scores of the whole and of its clauses."""

from collections.abc import Callable, Iterable

import numpy as np

from agents.understanding import answers, concepts, manner, mending, model_file
from agents.understanding.mattering import heeded
from agents.understanding.model_file import Model
from agents.understanding.normalise import words as lexicon
from agents.understanding.protocol import Context, Entities, Understood
from agents.understanding.reading import Reading, entities, read
from agents.understanding.repair import Speller
from agents.understanding.scoring import Scores, score
from agents.understanding.vocabulary import Vocabulary

SOURCE = "offline"
_STRANGE_BELOW = 0.5
"""A message most of whose words nobody knows needs more confidence than others, which need ``_BELOW``."""
_BELOW = 0.05
_SHOWN = 4


class OfflineUnderstanding:
    """The embedded Portuguese understanding. Building it takes about 0.3 s; ``read`` is pure and takes about 1 ms.

    ``catalogue`` names the products now on sale, so that their words are known as products. ``model`` is the committed
    one when left out.
    """

    def __init__(self, catalogue: Iterable[str] = (), *, model: Model | None = None) -> None:
        self._vocabulary = Vocabulary(catalogue)
        self._model = model or model_file.load()
        self._speller = Speller(self._model.common, self._vocabulary)

    async def understand(self, text: str, context: Context) -> Understood:
        """See ``Understanding``; never awaits anything."""
        return self.read(text, context)

    def read(self, text: str, context: Context) -> Understood:
        """What ``understand`` gives, for callers that are not asynchronous."""
        reading = read(text, self._model.tagger, self._vocabulary)
        return self.decide(reading, context, lambda: score(reading.put_right(self._speller), self._model.flows))

    def decide(self, reading: Reading, context: Context, scored: Callable[[], Scores]) -> Understood:
        """What a message that was read means; ``scored`` is asked only when there is something to score."""
        text = reading.text
        named = answers.complete(entities(reading), reading, context, self._vocabulary)
        tone, corrects = manner.tone(reading.words, text), manner.corrects(reading.words)
        if not _says_something(reading, named) or answers.is_bare(reading):
            named = mending.mended(named, text, corrects=corrects, flows=())
            return Understood(None, (), named, 0.0, abstained=True, source=SOURCE, tone=tone, corrects=corrects)
        scores = scored()
        chosen = self._model.chooser.choose(scores)
        together = self._model.chooser.together(scores)
        flows = tuple(chosen)
        confidence = chosen[flows[0]]
        abstained = confidence < (_STRANGE_BELOW if self._is_strange(reading.put_right(self._speller)) else _BELOW)
        named = mending.mended(named, text, corrects=corrects, flows=flows)
        best = np.argsort(-together)[:_SHOWN]
        return Understood(
            flow=None if abstained else flows[0],
            flows=() if abstained else flows,
            entities=named if abstained or context.awaiting else heeded(flows, named),
            confidence=round(confidence, 3),
            abstained=abstained,
            source=SOURCE,
            scores={self._model.flows.flows[int(at)]: round(float(together[at]), 3) for at in best},
            confidences={} if abstained else {flow: round(sure, 3) for flow, sure in chosen.items()},
            tone=tone,
            corrects=corrects,
        )

    def _is_strange(self, reading: Reading) -> bool:
        inside = {at for _, start, end in reading.names for at in range(start, end)}
        words = [word for at, word in enumerate(reading.words) if word.isalpha() and at not in inside]
        unknown = sum(not self._vocabulary.knows(word) for word in words if len(word) > 2)
        foreign = sum(word in lexicon("foreign.txt") for word in words)
        return max(unknown, 1.5 * foreign) >= 0.5 * len(words) if words else False


def _says_something(reading: Reading, named: Entities) -> bool:
    """Whether there is a word, a picture that means something, or a name: signs and a heap of figures say nothing.

    A bare barcode names a product and asks nothing.
    """
    return bool(named.as_dict().keys() - {"gtin"}) or any(
        word.isalpha() or concepts.of_word(word) for word in reading.words
    )
