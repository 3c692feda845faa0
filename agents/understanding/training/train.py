"""The whole training: folds of voices left out for honest figures and calibration, then everything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.evals.cases import Case, Value
from agents.evals.understanding import measure
from agents.understanding.mattering import meant
from agents.understanding.model_file import Model, digests
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context
from agents.understanding.reading import Reading, read
from agents.understanding.repair import Speller
from agents.understanding.scoring import Scores, score
from agents.understanding.training.common import common_words
from agents.understanding.training.flows import Messages, fit_chooser, marked
from agents.understanding.training.naming import Tokens
from agents.understanding.utterances import Utterance
from agents.understanding.vocabulary import Vocabulary

FOLDS = 5
_ENTITIES = {
    "o": "order_number",
    "nf": "invoice_number",
    "p": "product",
    "q": "quantity",
    "v": "price",
    "d": "date",
    "cnpj": "cnpj",
    "city": "city",
    "s": "score",
}
Voices = Mapping[str, Sequence[Utterance]]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message of a voice left out, as the models that never heard the voice read and score it."""

    voice: str
    utterance: Utterance
    reading: Reading
    scores: Scores

    def scored(self) -> Scores:
        """The scores, for whoever asks only when they are needed."""
        return self.scores


def train(voices: Voices) -> tuple[Model, dict[str, Any]]:
    """The model of all voices, and the report: digests of the data, and how models without a voice do on that voice.

    At least two voices. The same voices give the same model. Blocks for most of a minute.
    """
    data = {folder: digests(folder) for folder in ("voices", "lexicon")}
    vocabulary = Vocabulary()
    said = [(name, one) for name in sorted(voices) for one in voices[name]]
    utterances = [one for _, one in said]
    readings = [marked(one, vocabulary) for one in utterances]
    common = common_words([name for name, _ in said], readings, vocabulary)
    speller = Speller(common, vocabulary)
    tokens = Tokens.read(utterances, vocabulary)
    messages = Messages.of(utterances, [one.put_right(speller) for one in readings])
    heard = list(_left_out(said, tokens, messages, vocabulary, speller))
    everything = range(len(said))
    tagger, flows = tokens.fit(everything), messages.fit(everything)
    chooser = fit_chooser([one.scores for one in heard], [one.utterance for one in heard], flows.flows)
    model = Model(tagger, flows, chooser, common)
    return model, {**data, "left_out": _figures(heard, OfflineUnderstanding(model=model))}


def _left_out(
    said: Sequence[tuple[str, Utterance]], tokens: Tokens, messages: Messages, vocabulary: Vocabulary, speller: Speller
) -> Iterator[_Heard]:
    """Every message, by a model of the voices of other folds."""
    names = sorted({name for name, _ in said})
    for fold in range(min(FOLDS, len(names))):
        held = names[fold::FOLDS]
        others = [at for at, (name, _) in enumerate(said) if name not in held]
        tagger, flows = tokens.fit(others), messages.fit(others)
        for name in held:
            for one in (one for voice, one in said if voice == name):
                reading = read(one.text, tagger, vocabulary)
                yield _Heard(name, one, reading, score(reading.put_right(speller), flows))


def _figures(heard: Sequence[_Heard], offline: OfflineUnderstanding) -> dict[str, dict[str, Any]]:
    """By voice, what the models without it make of it; ``offline`` only decides, by what they read and scored."""
    names = sorted({one.voice for one in heard})
    return {name: _figure([one for one in heard if one.voice == name], offline) for name in names}


def _figure(heard: Sequence[_Heard], offline: OfflineUnderstanding) -> dict[str, Any]:
    """Beside the scores: how many messages ask for several flows, and of how many of them exactly those are named."""
    understood = [offline.decide(one.reading, Context(), one.scored) for one in heard]
    given = iter(understood)
    figures = measure([case(one.utterance) for one in heard], lambda _: next(given)).as_dict()
    pairs = [(set(one.utterance.flows), set(found.flows)) for one, found in zip(heard, understood, strict=True)]
    several = [asked == found for asked, found in pairs if len(asked) > 1]
    return {**figures, "several": len(several), "several_right": sum(several)}


def case(utterance: Utterance) -> Case:
    """An utterance as a case to measure with."""
    entities: dict[str, list[Value]] = {}
    for span in utterance.spans:
        entities.setdefault(_ENTITIES[span.kind], []).append(span.value)
    named = meant(utterance.flows, {name: tuple(values) for name, values in entities.items()})
    return Case(utterance.text, utterance.flows[0], utterance.flows, named)
