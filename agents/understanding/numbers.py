"""What a number in a message is: an order's, a quantity, a price, a date. Pure functions over tokens."""

import re

from agents.understanding.normalise import word_set

COUNT_UNITS = word_set(
    "caixa caixas caixinha caixinhas unidade unidades frasco frascos fardo fardos pacote pacotes potes pote display "
    "displays tubo tubos vidro vidros peca pecas cartela cartelas bisnaga bisnagas cxs"
)
STRENGTHS = word_set("mg mcg ml g ui kg % mgml")
ORDER_CUES = word_set("pedido pedidos compra compras ordem oc encomenda remessa")
_LINKS = word_set("o a de do da numero n no nº id com")
_PRICE_CUES = word_set("r$ $ por reais")
_SMALL = "dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze"
_TENS = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem"
WORDS = {
    **dict(zip(_SMALL.split(), range(2, 16), strict=True)),
    **dict(zip(_TENS.split(), range(20, 101, 10), strict=True)),
    "duas": 2,
    "catorze": 14,
    "cento": 100,
    "duzentas": 200,
    "duzentos": 200,
    "quinhentas": 500,
    "mil": 1000,
}
WEEKDAYS = word_set("segunda terca quarta quinta sexta sabado domingo")
DAYS = word_set("hoje ontem anteontem amanha")
MONTHS = word_set("janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro")
PERIODS = word_set("semana mes ano")
RELATIVE = word_set("passada passado retrasada retrasado")
_DATE = re.compile(r"\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?")
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{3})*,\d{1,2}|\d+\.\d{1,2}")


def is_number(token: str) -> bool:
    """Whether the token is written in digits."""
    return token[0].isdigit()


def is_order_number(row: list[str], at: int) -> bool:
    """Whether the number at ``at`` is an order's: it follows the word, or is too long to be anything else."""
    token = row[at]
    digits = re.sub(r"\D", "", token)
    if not re.fullmatch(r"\d+(?:-\d+)*", token) or _DATE.fullmatch(token):
        return False
    follows = at + 1 < len(row) and (row[at + 1] in COUNT_UNITS or row[at + 1] in STRENGTHS)
    if follows or len(digits) in (13, 14):
        return False
    before = [word for word in row[max(0, at - 4) : at] if word not in _LINKS]
    if before and before[-1] in ORDER_CUES and len(digits) >= 3:
        return True
    return 5 <= len(digits) <= 12


def price(row: list[str], at: int) -> float | None:
    """BRL, when the number at ``at`` is an amount of money."""
    token = row[at]
    before = row[at - 1] if at else ""
    after = row[at + 1] if at + 1 < len(row) else ""
    if after in STRENGTHS:
        return None
    if before in _PRICE_CUES or after == "reais":
        return decimal(token)
    return decimal(token) if _DECIMAL.fullmatch(token) and "," in token else None


def decimal(token: str) -> float | None:
    """The value of a number written the Brazilian way or with a point; ``None`` for anything else."""
    if _DECIMAL.fullmatch(token):
        plain = token.replace(".", "").replace(",", ".") if "," in token else token
        return float(plain)
    return float(token) if token.isdigit() else None


def quantity(row: list[str], at: int) -> int | None:
    """A whole number of 1 to 99,999, in digits or as a word."""
    token = row[at]
    if token in WORDS:
        return WORDS[token]
    plain = token.replace(".", "") if re.fullmatch(r"\d{1,2}\.\d{3}", token) else token
    return int(plain) if plain.isdigit() and 0 < int(plain) <= 99_999 else None


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
    if word in MONTHS:
        return 1
    if word == "dia" and rest[:1] and rest[0].isdigit() and int(rest[0]) <= 31:
        month = at + 3 < len(row) and row[at + 2] == "de" and row[at + 3] in MONTHS
        return 4 if month else 2
    return 0
