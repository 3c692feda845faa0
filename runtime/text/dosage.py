"""What a presentation or a request says in numbers: strengths, units in the pack, volume, form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from runtime.text.abbreviations import ANVISA, PEOPLE, expand
from runtime.text.folding import fold
from runtime.text.vocabulary import FORMS

Amount = tuple[float, str]
"""A number in a base unit: ``mg``, ``ml``, ``ui``, ``%``, ``meq``, ``mmol``."""

_BASE: dict[str, tuple[float, str]] = {
    "mg": (1.0, "mg"),
    "mcg": (0.001, "mg"),
    "ug": (0.001, "mg"),
    "g": (1000.0, "mg"),
    "kg": (1_000_000.0, "mg"),
    "ml": (1.0, "ml"),
    "l": (1000.0, "ml"),
    "ui": (1.0, "ui"),
    "%": (1.0, "%"),
    "meq": (1.0, "meq"),
    "mmol": (1.0, "mmol"),
}
_NUMBER = r"(\d+(?:\.\d+)?)"
_MEASURE = re.compile(rf"{_NUMBER} ?(mg|mcg|ug|g|kg|ml|l|ui|meq|mmol|%)(?![a-z])")
_HELD = re.compile(
    rf"(?:(\d+) (?:blister|strip|bl|str|envelope|cartucho) [^0-9]*)?\bx {_NUMBER}(?! ?(?:mg|g|ml|l|%)\b)"
)
_CONTENT = re.compile(rf"\bx {_NUMBER} ?(ml|l|g|kg)\b")
_VESSELS = re.compile(r"(\d+) (?:ampola|frasco-ampola|seringa|frasco|bisnaga|envelope|sache|bolsa)\b")
_ASKED_HELD = re.compile(
    rf"(?:\b(?:c ?/|c/|com|cx|caixa|x)(?: com| c ?/| de)? ?){_NUMBER}(?! ?(?:mg|mcg|g|ml|ui|%|\.)\b)"
)
_ASKED_FORMS = re.compile(rf"{_NUMBER} (?:comprimido|capsula|dragea|sache|envelope|ampola|pastilha)\b")
_BOUGHT = re.compile(r"\b\d+ (?:caixa|frasco|unidade|pacote|pct|tubo|bisnaga|display)s?\b")
_PLAIN = re.compile(rf"(?<![\d.]){_NUMBER}(?![\d.])")


@dataclass(frozen=True, slots=True)
class Dosage:
    """``strengths`` and ``content`` in base units; ``held`` counts tablets, ampoules or the like in the pack.

    ``bare`` are numbers of a request that say no unit: each may be a strength, a count or a volume. How many packs a
    person wants ("2 caixas") is none of these.
    """

    strengths: tuple[Amount, ...] = ()
    content: tuple[Amount, ...] = ()
    held: int | None = None
    forms: frozenset[str] = frozenset()
    bare: tuple[float, ...] = ()


@lru_cache(maxsize=8192)
def presentation_dosage(presentation: str) -> Dosage:
    """The numbers of a presentation as ANVISA writes it: ``"500 MG COM CT 3 BL AL PLAS X 10"`` holds 30.

    Kept: a catalogue has few presentations, and every search reads those of its candidates.
    """
    text = _written_out(presentation, ANVISA)
    content = tuple(_base(number, unit) for number, unit in _CONTENT.findall(text))
    head = _CONTENT.sub(" ", text)
    held = _HELD.search(head)
    vessels = _VESSELS.search(head)
    count: int | None = None
    if held:
        count = int(float(held[2])) * int(held[1] or 1)
    elif vessels:
        count = int(vessels[1])
    return Dosage(strengths=_strengths(head), content=content, held=count, forms=_forms(text))


def request_dosage(text: str) -> Dosage:
    """The numbers of what a person asks for: ``"dipirona 500 c/30"`` holds 30 and has a bare 500."""
    written = _written_out(text, PEOPLE)
    written = _BOUGHT.sub(" ", written)
    held = _ASKED_HELD.search(written) or _ASKED_FORMS.search(written)
    rest = written[: held.start()] + " " + written[held.end() :] if held else written
    measures = _strengths(rest)
    bare = tuple(float(number) for number in _PLAIN.findall(_MEASURE.sub(" ", rest)))
    return Dosage(strengths=measures, held=int(float(held[1])) if held else None, forms=_forms(written), bare=bare)


def _written_out(text: str, table: Mapping[str, str]) -> str:
    words = re.sub(r"([/+%])", r" \1 ", fold(text)).split()
    return " ".join(expand(words, table))


def _strengths(text: str) -> tuple[Amount, ...]:
    found: list[Amount] = []
    for number, unit in _MEASURE.findall(text):
        amount = _base(number, unit)
        if amount not in found:
            found.append(amount)
    return tuple(found)


def _base(number: str, unit: str) -> Amount:
    factor, base = _BASE[unit]
    return (round(float(number) * factor, 6), base)


def _forms(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if word in FORMS)


def amount_words(amounts: Sequence[Amount]) -> list[str]:
    """Amounts as words that search can match: ``(500.0, "mg")`` gives ``"500mg"``."""
    return [f"{number:g}{unit}" for number, unit in amounts]
