"""What the tagger sees of a token: the word, how it looks, what the lexicons say of it, and its neighbours."""

import re
from collections.abc import Callable, Sequence

from agents.understanding import numbers
from agents.understanding.normalise import BREAK, Token
from agents.understanding.places import STATES, city_length
from agents.understanding.vocabulary import Vocabulary

_EDGE = "<>"


class Shapes:
    """A message's tokens as the tagger sees them; pure."""

    def __init__(self, row: Sequence[Token], text: str, vocabulary: Vocabulary) -> None:
        self._words = [token.word for token in row]
        self._known = vocabulary
        self._glued = [at > 0 and row[at - 1].end == token.start for at, token in enumerate(row)]
        self._capital = [text[token.start : token.start + 1].isupper() for token in row]
        self._looks = [self._look(word) for word in self._words]
        self._places = self._cover(lambda at: city_length(self._words, at))
        self._days = self._cover(lambda at: numbers.date_length(self._words, at))

    def features(self, at: int, before: str, earlier: str) -> list[str]:
        """Names of what holds at the token ``at``, after the labels ``before`` and, one further back, ``earlier``."""
        return self.still(at) + self.moving(at, before, earlier)

    def still(self, at: int) -> list[str]:
        """Names of what holds at the token ``at`` whatever the labels before it are."""
        word, look = self._word(at), self._look_at(at)
        left, right = self._word(at - 1), self._word(at + 1)
        far_left, far_right = self._word(at - 2), self._word(at + 2)
        look_left, look_right = self._look_at(at - 1), self._look_at(at + 1)
        found = [
            "bias",
            f"w={word}",
            f"p={word[:4]}",
            f"s={word[-4:]}",
            f"k={look}",
            f"l={left}",
            f"r={right}",
            f"ll={far_left}",
            f"rr={far_right}",
            f"lll={self._word(at - 3)}",
            f"lk={look_left}",
            f"rk={look_right}",
            f"llk={self._look_at(at - 2)}",
            f"rrk={self._look_at(at + 2)}",
            f"lkr={look_left} {look} {look_right}",
            f"krr={look} {look_right} {self._look_at(at + 2)}",
            f"lw={left} {look}",
            f"llw={far_left} {left} {look}",
            f"wr={look} {right}",
            f"wrr={look} {right} {far_right}",
            f"lkr2={left} {look} {right}",
            f"c={self._capital[at]} {look} {at == 0 or left == BREAK}",
            f"m={self._places[at]} {self._capital[at]} {left}",
            f"alone={len(self._words) <= 2} {look}",
        ]
        if cue := self._cue(at):
            found.append(f"cue={cue} {look}")
        return found

    def moving(self, at: int, before: str, earlier: str) -> list[str]:
        """Names of what holds at the token ``at`` because of the labels before it."""
        word, look = self._word(at), self._look_at(at)
        found = [
            f"t={before}",
            f"tt={earlier} {before}",
            f"tk={before} {look}",
            f"tw={before} {word}",
            f"tkr={before} {look} {self._look_at(at + 1)}",
            f"g={before} {self._glued[at]} {look}",
            f"d={self._days[at]} {before}",
            f"ml={self._places[at]} {self._word(at - 1)} {before}",
        ]
        if cue := self._cue(at):
            found.append(f"cue={cue} {look} {before}")
        return found

    def _word(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else _EDGE

    def _look_at(self, at: int) -> str:
        return self._looks[at] if 0 <= at < len(self._looks) else _EDGE

    def _cover(self, length: Callable[[int], int]) -> list[str]:
        """B at the first of the words a lexicon knows together, I at the others, O elsewhere."""
        marks = ["O"] * len(self._words)
        at = 0
        while at < len(marks):
            size = length(at)
            if size:
                marks[at : at + size] = ["B", *["I"] * (size - 1)]
            at += size or 1
        return marks

    def _look(self, word: str) -> str:
        known = self._known
        if word[0].isdigit():
            return _number_look(word)
        if not word[0].isalpha():
            return word
        if word in numbers.COUNT_UNITS:
            return "unit"
        if word in numbers.STRENGTHS:
            return "strength"
        if word in numbers.WORDS:
            return "numeral"
        if word in known.qualifiers:
            return "qualifier"
        if known.is_product(word):
            return "product"
        if any(char.isdigit() for char in word):
            return "mixed"
        if word in STATES and known.band(word) > 1:
            return "state"
        return f"band{known.band(word)}" if len(word) > 3 else f"short{known.band(word)}"

    def _cue(self, at: int) -> str:
        """The nearest word before that says what a number is of, up to five words back."""
        for back in range(1, 6):
            word = self._word(at - back)
            if word in _CUES:
                return _CUES[word]
        return ""


def _number_look(word: str) -> str:
    """A number's look: its punctuation and how many digits it has."""
    digits = sum(char.isdigit() for char in word)
    if any(char.isalpha() for char in word):
        return "code"
    if re.fullmatch(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?", word):
        return "day"
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})*,\d{1,2}", word):
        return "money"
    if not word.isdigit():
        return f"sign{min(digits, 14)}"
    if digits <= 2:
        return "n1" if int(word) <= 10 else "n2"
    return f"n{digits if digits < 14 else 14}"


_CUES = {
    **dict.fromkeys("pedido pedidos compra ordem oc encomenda remessa entrega".split(), "order"),  # noqa: SIM905
    **dict.fromkeys("nota notas fiscal nf nfe danfe xml fatura".split(), "invoice"),  # noqa: SIM905
    **dict.fromkeys("r$ reais por preco valor pago custa".split(), "money"),  # noqa: SIM905
    **dict.fromkeys("limite credito".split(), "limit"),  # noqa: SIM905
    **dict.fromkeys("dou estrelas avaliacao avalio".split(), "score"),  # noqa: SIM905
    **dict.fromkeys("quero manda mandar levar pegar comprar vou separa fecha".split(), "buy"),  # noqa: SIM905
}
