"""Numbers and days as words say them. Pure functions over tokens."""

import re

from agents.understanding.normalise import word_set

COUNT_UNITS = word_set(
    "caixa caixas caixinha caixinhas unidade unidades frasco frascos fardo fardos pacote pacotes potes pote display "
    "displays tubo tubos vidro vidros peca pecas cartela cartelas bisnaga bisnagas cxs"
)
STRENGTHS = word_set("mg mcg ml g ui kg % mgml")
_SMALL = (
    "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
    "dezoito dezenove"
)
_TENS = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem"
_HUNDREDS = {
    "duzent": 2,
    "trezent": 3,
    "quatrocent": 4,
    "quinhent": 5,
    "seiscent": 6,
    "setecent": 7,
    "oitocent": 8,
    "novecent": 9,
}
WORDS = {
    **dict(zip(_SMALL.split(), range(20), strict=True)),
    **dict(zip(_TENS.split(), range(20, 101, 10), strict=True)),
    **{f"{stem}{end}": 100 * value for stem, value in _HUNDREDS.items() for end in ("os", "as")},
    "uma": 1,
    "duas": 2,
    "meia": 6,
    "catorze": 14,
    "des": 10,
    "deiz": 10,
    "treis": 3,
    "cento": 100,
    "mil": 1000,
}
WEEKDAYS = word_set("segunda terca quarta quinta sexta sabado domingo")
DAYS = word_set("hoje ontem anteontem amanha onte onten")
MONTHS = word_set("janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro")
PERIODS = word_set("semana mes ano")
NEXT = word_set("proximo proxima")
RELATIVE = word_set("passada passado retrasada retrasado")
_DATE = re.compile(r"\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?")
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{3})*,\d{1,2}|\d+\.\d{1,2}")


def is_number(token: str) -> bool:
    """Whether the token is written in digits."""
    return token[0].isdigit()


def decimal(token: str) -> float | None:
    """The value of a number written the Brazilian way or with a point; ``None`` for anything else."""
    thousands = whole(token)
    if thousands is not None:
        return float(thousands)
    if _DECIMAL.fullmatch(token):
        return float(token.replace(".", "").replace(",", ".") if "," in token else token)
    return None


def whole(token: str) -> int | None:
    """The value of a whole number in figures, with or without points between thousands."""
    plain = token.replace(".", "") if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", token) else token
    return int(plain) if plain.isdigit() else None


def date_length(row: list[str], at: int) -> int:
    """How many tokens from ``at`` name a day or a period; 0 for none."""
    word = row[at]
    rest = row[at + 1 : at + 3]
    if word in DAYS or _DATE.fullmatch(word):
        return 1
    if word in WEEKDAYS:
        length = 2 if rest[:1] == ["feira"] else 1
        return length + (at + length < len(row) and row[at + length] in RELATIVE)
    if word in PERIODS and rest[:1] and rest[0] in RELATIVE:
        return 2
    if word in PERIODS and rest == ["que", "vem"]:
        return 3
    if word in NEXT and rest[:1] and rest[0] in PERIODS:
        return 2
    if word in MONTHS:
        return 1
    if word.isdigit() and int(word) <= 31 and rest[:1] == ["de"] and rest[1:] and rest[1] in MONTHS:
        return 3
    if word == "dia" and rest[:1] and rest[0].isdigit() and int(rest[0]) <= 31:
        month = at + 3 < len(row) and row[at + 2] == "de" and row[at + 3] in MONTHS
        return 4 if month else 2
    return 0
