"""What must be equal for one medicine to be taken instead of another: the pharmaceutical form and the dose.

Both are read from the presentation as ANVISA writes it: strength, form, then packages. What is not understood whole is
not guessed: the form or dose is ``None`` then, and the product is interchangeable with nothing.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from runtime.text.abbreviations import ANVISA, expand
from runtime.text.folding import fold

_UNIT = r"mg|mcg|g|kg|ml|l|ui|u|meq|mmol|%"
_STRENGTH = re.compile(
    rf"(?P<number>\d+(?:\.\d+)?)(?: ?(?P<unit>{_UNIT})(?![a-z]))?"
    r"(?: ?/ ?(?P<per>\d+(?:\.\d+)?)? ?(?P<of>mg|g|ml|l|dose|h)(?![a-z]))?"
)
_CONTENT = re.compile(r"\bx (\d+(?:\.\d+)?) ?(ml|l|g)\b")
_BASE = {"mcg": (Decimal("0.001"), "mg"), "g": (Decimal(1000), "mg"), "kg": (Decimal(1_000_000), "mg")}
_PACKS = frozenset(
    (
        *(
            "amp",
            "bg",
            "bisn",
            "bl",
            "bols",
            "bolsa",
            "car",
            "carp",
            "ct",
            "cx",
            "emb",
            "env",
            "est",
            "fa",
            "fr",
            "frs",
        ),
        *("gb", "kit", "lata", "pote", "pt", "ser", "sach", "str", "strip", "tb", "tubo", "x"),
    )
)
_LONGEST_FORM = 8
_LONGEST_DOSE = 180
_ACCENTS = {
    "capsula": "cápsula", "colirio": "colírio", "dermatologico": "dermatológico",
    "dispersivel": "dispersível", "dragea": "drágea", "emulsao": "emulsão", "inalacao": "inalação",
    "injetavel": "injetável", "liberacao": "liberação", "locao": "loção", "mastigavel": "mastigável",
    "oftalmico": "oftálmico", "orodispersivel": "orodispersível", "pediatrico": "pediátrico", "po": "pó",
    "sache": "sachê", "solucao": "solução", "supositorio": "supositório", "suspensao": "suspensão", "topico": "tópico",
    "transdermico": "transdérmico", "retard": "retardada", "infusao": "infusão",
}  # fmt: skip
_FEMININE = frozenset(["cápsula", "drágea", "emulsão", "loção", "pomada", "solução", "suspensão"])
_AGREEING = frozenset(["dermatológico", "oftálmico", "revestido", "tópico", "pediátrico"])


def form_and_dose(presentation: str, ingredients: Sequence[str]) -> tuple[str | None, str | None]:
    """The form in words, and each ingredient's strength in the order of the ingredients' names.

    ``"50 MG + 12,5 MG COM REV CT BL X 30"`` of losartana and hidroclorotiazida gives ``("comprimido revestido",
    "12,5 mg + 50 mg")``. What is injected from one vessel has the vessel's content in its dose.
    """
    text = fold(presentation)
    strengths, rest = _strengths(text)
    form = _form(rest)
    # A strength that was read in part is not known at all.
    dose = None if rest.startswith(("/", "+", "(")) else _dose(strengths, ingredients)
    if dose is not None and form is not None and "injetável" in form:
        content = _CONTENT.search(rest)
        dose += f" x {_plain(Decimal(content[1]))} {content[2]}" if content else ""
    return form, dose


def _strengths(text: str) -> tuple[list[str | None], str]:
    found: list[tuple[Decimal, str | None, Decimal, str | None]] = []
    place = 0
    while match := _STRENGTH.match(text, place):
        found.append((Decimal(match["number"]), match["unit"], Decimal(match["per"] or 1), match["of"]))
        place = match.end()
        if (plus := re.compile(r" ?\+ ?").match(text, place)) is None:
            break
        place = plus.end()
    written: list[str | None] = []
    unit, of, per = None, None, Decimal(1)
    # In "50 + 12.5 mg" the first number has the unit of the last.
    for number, own_unit, own_per, own_of in reversed(found):
        if own_unit is not None:
            unit, per, of = own_unit, own_per, own_of
        written.append(_amount(number, unit, per, of))
    return written[::-1], text[place:].strip()


def _amount(number: Decimal, unit: str | None, per: Decimal, of: str | None) -> str | None:
    if unit is None or not per:
        return None
    factor, base = _BASE.get(unit, (Decimal(1), unit))
    amount = _plain(number * factor / per)
    return f"{amount} {base}/{of}" if of else f"{amount} {base}"


def _plain(number: Decimal) -> str:
    text = f"{round(number, 6):f}"
    return text.rstrip("0").rstrip(".").replace(".", ",") if "." in text else text


def _form(rest: str) -> str | None:
    words: list[str] = []
    for word in rest.split():
        if word in _PACKS or word[0].isdigit():
            break
        words.append(word)
    if not 0 < len(words) <= _LONGEST_FORM or not all(word.isalpha() for word in words):
        return None
    written = [_ACCENTS.get(word, word) for word in expand(words, ANVISA)]
    feminine = written[0] in _FEMININE
    return " ".join(f"{word[:-1]}a" if feminine and word in _AGREEING else word for word in written)


def _dose(strengths: Sequence[str | None], ingredients: Sequence[str]) -> str | None:
    if not strengths or len(strengths) != len(ingredients) or None in strengths:
        return None
    pairs = sorted(zip((fold(ingredient) for ingredient in ingredients), strengths, strict=True))
    dose = " + ".join(str(strength) for _, strength in pairs)
    return dose if len(dose) <= _LONGEST_DOSE else None
