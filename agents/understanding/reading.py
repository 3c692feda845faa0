"""Reads a message once: what it names, and its words with the names replaced by what they are."""

import re
from dataclasses import dataclass

from agents.understanding import numbers
from agents.understanding.normalise import BREAK, fold, tokens, word_set
from agents.understanding.protocol import Entities
from agents.understanding.vocabulary import Vocabulary

PRODUCT, ORDER, NUMBER, DATE, PRICE, UNKNOWN = "xproduto", "xpedido", "xnumero", "xdata", "xvalor", "xestranho"
_CODE = re.compile(r"\b[a-z]{1,4}[- ]?\d{2,4}-\d{3,}\b|\b[a-z]{2,4}-\d{4,}\b")
_CNPJ = re.compile(r"\b[0-9a-z]{2}\.?[0-9a-z]{3}\.?[0-9a-z]{3}/[0-9a-z]{4}-?\d{2}\b|\b[0-9a-z]{12}\d{2}\b")
_JOINS = frozenset({"de", "do", "da", "com", "e"})


@dataclass(frozen=True, slots=True)
class Reading:
    """``words`` is the message with each name replaced by its kind; ``strangers`` are words we do not know."""

    words: tuple[str, ...]
    entities: Entities
    strangers: tuple[str, ...]


def read(text: str, vocabulary: Vocabulary) -> Reading:
    """Reads any text; never raises."""
    scan = _Scan(vocabulary)
    folded = _CNPJ.sub(scan.take_cnpj, fold(text))
    folded = _CODE.sub(scan.take_code, folded)
    scan.run(tokens(folded))
    return scan.reading()


class _Scan:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._words: list[str] = []
        self._strangers: list[str] = []
        self._orders: list[str] = []
        self._products: list[str] = []
        self._quantities: list[int] = []
        self._dates: list[str] = []
        self._prices: list[float] = []
        self._cnpjs: list[str] = []

    def reading(self) -> Reading:
        entities = Entities(
            order_numbers=tuple(self._orders),
            products=tuple(self._products),
            quantities=tuple(self._quantities),
            dates=tuple(self._dates),
            prices=tuple(self._prices),
            cnpjs=tuple(self._cnpjs),
        )
        return Reading(tuple(self._words), entities, tuple(self._strangers))

    def take_cnpj(self, match: re.Match[str]) -> str:
        self._cnpjs.append(re.sub(r"[^0-9a-z]", "", match[0]).upper())
        return " cnpj "

    def take_code(self, match: re.Match[str]) -> str:
        self._orders.append(match[0].upper())
        return f" {ORDER} "

    def run(self, row: list[str]) -> None:
        at = 0
        while at < len(row):
            at += self._step(row, at)

    def _step(self, row: list[str], at: int) -> int:
        token = row[at]
        if days := numbers.date_length(row, at):
            self._dates.append(" ".join(row[at : at + days]))
            self._words.append(DATE)
            return days
        if numbers.is_number(token):
            return self._number(row, at)
        if token in ("meia", "duzia", "duzias") and "duzia" in " ".join(row[at : at + 2]):
            return self._dozen(row, at)
        if token in numbers.WORDS and self._counts(row, at):
            self._quantities.append(numbers.WORDS[token])
            self._words.append(NUMBER)
            return 1
        if self._vocabulary.is_product(token):
            return self._product(row, at)
        if self._vocabulary.is_unknown(token):
            self._strangers.append(token)
        self._words.append(token)
        return 1

    def _number(self, row: list[str], at: int) -> int:
        token = row[at]
        if numbers.is_order_number(row, at):
            self._orders.append(token)
            self._words.append(ORDER)
        elif (amount := numbers.price(row, at)) is not None:
            self._prices.append(amount)
            self._words.append(PRICE)
        else:
            count = numbers.quantity(row, at)
            if count is not None and self._counts(row, at):
                self._quantities.append(count)
            self._words.append(NUMBER)
        return 1

    def _dozen(self, row: list[str], at: int) -> int:
        half = row[at] == "meia"
        self._quantities.append(6 if half else 12)
        self._words.append(NUMBER)
        return 2 if half else 1

    def _counts(self, row: list[str], at: int) -> bool:
        """Whether the number at ``at`` says how many: a unit, a product, or "of" a product follows."""
        rest = [word for word in row[at + 1 : at + 4] if word not in ("x", "de", "do", "da")]
        if not rest or rest[0] == BREAK:
            return bool(at) and row[at - 1] in ("levar", "levando", "pegar", "manda", "umas", "uns", "quero", "eram")
        return rest[0] in numbers.COUNT_UNITS or self._vocabulary.is_product(rest[0])

    def _product(self, row: list[str], at: int) -> int:
        end = at + 1
        while end < len(row) and self._goes_on(row, at, end):
            end += 1
        self._products.append(" ".join(row[at:end]))
        self._words.append(PRODUCT)
        return end - at

    def _goes_on(self, row: list[str], at: int, end: int) -> bool:
        """Whether the token at ``end`` still belongs to the name that starts at ``at``."""
        word = row[end]
        following = row[end + 1] if end + 1 < len(row) else ""
        if word in self._vocabulary.qualifiers or word == "%" or re.fullmatch(r"[a-z]\d{1,2}", word):
            return True
        if row[end - 1] == "vitamina" and len(word) <= 2:
            return True
        if numbers.is_number(word):
            return row[end - 1] == "com" or self._is_strength(
                word, following, any(numbers.is_number(other) for other in row[at + 1 : end])
            )
        if word in _JOINS:
            return self._continues(row, end, following)
        return self._vocabulary.is_product(word) and row[end - 1] in _JOINS - {"e"}

    def _is_strength(self, word: str, following: str, numbered: bool) -> bool:
        if following in numbers.COUNT_UNITS or self._vocabulary.is_product(following):
            return False
        if following in numbers.STRENGTHS or following in self._vocabulary.qualifiers:
            return True
        return not numbered and len(word) <= 4 and "/" not in word

    def _continues(self, row: list[str], at: int, following: str) -> bool:
        """Whether a joining word carries on the name: "cloridrato de sertralina", "com 30"."""
        word = row[at]
        if word == "com":
            return numbers.is_number(following or " ") or self._vocabulary.is_product(following)
        return word != "e" and row[at - 1] in _SALTS and self._vocabulary.is_product(following)


_SALTS = word_set(
    "cloridrato acido acetato besilato maleato mesilato oxalato fosfato sulfato carbonato cloreto bromidrato soro "
    "vitamina sal hidroxido valerato succinato fumarato tartarato nitrato"
)
