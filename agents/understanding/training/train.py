"""The whole training: folds of voices left out for honest figures and calibration, then everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.evals.cases import Case, Value
from agents.evals.understanding import measure
from agents.understanding.choosing import Chooser
from agents.understanding.model_file import Model, digests
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context
from agents.understanding.reading import read
from agents.understanding.scoring import FlowModel, Scores, score
from agents.understanding.tagger import Tagger
from agents.understanding.training.flows import fit_chooser, fit_flows
from agents.understanding.training.naming import fit_tagger
from agents.understanding.utterances import Utterance
from agents.understanding.vocabulary import Vocabulary

FOLDS = 4
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
class _Fold:
    """What was learnt without the voices ``held``."""

    held: tuple[str, ...]
    tagger: Tagger
    flows: FlowModel


def train(voices: Voices) -> tuple[Model, dict[str, Any]]:
    """The model of all voices, and the report: digests of the data, and how models without a voice do on that voice.

    At least two voices. The same voices give the same model. Blocks for about a minute.
    """
    data = {folder: digests(folder) for folder in ("voices", "lexicon")}
    vocabulary = Vocabulary()
    folds = _folds(voices, vocabulary)
    chooser = _chooser(folds, voices, vocabulary)
    figures = {name: report for fold in folds for name, report in _measured(fold, chooser, voices).items()}
    tagger, flows = _fit(voices, vocabulary)
    return Model(tagger, flows, chooser), {**data, "left_out": dict(sorted(figures.items()))}


def _folds(voices: Voices, vocabulary: Vocabulary) -> list[_Fold]:
    names = sorted(voices)
    found = []
    for at in range(min(FOLDS, len(names))):
        held = tuple(names[at::FOLDS])
        found.append(_Fold(held, *_fit({name: voices[name] for name in names if name not in held}, vocabulary)))
    return found


def _fit(voices: Voices, vocabulary: Vocabulary) -> tuple[Tagger, FlowModel]:
    utterances = [one for name in sorted(voices) for one in voices[name]]
    tagger = fit_tagger(utterances, vocabulary)
    return tagger, fit_flows([read(one.text, tagger, vocabulary) for one in utterances], utterances)


def _chooser(folds: Sequence[_Fold], voices: Voices, vocabulary: Vocabulary) -> Chooser:
    scored: list[Scores] = []
    utterances: list[Utterance] = []
    for fold in folds:
        for name in fold.held:
            utterances += voices[name]
            scored += [score(read(one.text, fold.tagger, vocabulary), fold.flows) for one in voices[name]]
    return fit_chooser(scored, utterances, folds[0].flows.flows)


def _measured(fold: _Fold, chooser: Chooser, voices: Voices) -> dict[str, dict[str, Any]]:
    offline = OfflineUnderstanding(model=Model(fold.tagger, fold.flows, chooser))
    return {
        name: measure([case(one) for one in voices[name]], lambda text: offline.read(text, Context())).as_dict()
        for name in fold.held
    }


def case(utterance: Utterance) -> Case:
    """An utterance as a case to measure with."""
    entities: dict[str, list[Value]] = {}
    for span in utterance.spans:
        entities.setdefault(_ENTITIES[span.kind], []).append(span.value)
    named = {name: tuple(values) for name, values in entities.items()}
    return Case(utterance.text, utterance.flows[0], utterance.flows, named)
