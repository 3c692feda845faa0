"""The words that name products, and the spelling mistakes made in them."""

from collections.abc import Iterable
from functools import lru_cache

from agents.understanding.normalise import fold, tokens, word_set, words

MARKERS = frozenset({"xproduto", "xpedido", "xnumero", "xdata", "xvalor", "xestranho", "cnpj"})
"""The words that stand for names in a reading; see ``agents.understanding.reading``."""


class Vocabulary:
    """Product words: the lexicon's and the live catalogue's. ``common`` are words that never name a product."""

    def __init__(self, catalogue: Iterable[str] = (), *, common: frozenset[str] = frozenset()) -> None:
        self.qualifiers = words("qualifiers.txt")
        self.common = common | _EVERYDAY | MARKERS
        named = {word for name in catalogue for word in tokens(fold(name)) if len(word) >= 4 and word.isalpha()}
        self._products = words("products.txt") | (named - self.qualifiers - self.common)
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._products):
            self._by_start.setdefault((word[0], len(word)), []).append(word)
        self.is_product = lru_cache(maxsize=20_000)(self._is_product)

    def _is_product(self, word: str) -> bool:
        if word in self._products:
            return True
        if not word.isalpha() or len(word) < 6 or word in self.common or word in self.qualifiers:
            return False
        allowed = 2 if len(word) >= 9 else 1
        lengths = range(len(word) - allowed, len(word) + allowed + 1)
        near = (candidate for length in lengths for candidate in self._by_start.get((word[0], length), ()))
        return any(within(word, candidate, allowed) for candidate in near)

    def knows(self, word: str) -> bool:
        """Whether the word is everyday Portuguese as the examples use it, part of a product's name, or a marker."""
        return word in self.common or word in self.qualifiers or self._is_product(word)

    def is_unknown(self, word: str) -> bool:
        """Whether the word is neither everyday Portuguese that we know nor a product's: perhaps a product's name."""
        return len(word) >= 4 and word.isalpha() and word not in self.common and word not in self.qualifiers


def within(left: str, right: str, limit: int) -> bool:
    """Whether the optimal string alignment distance (a swap of neighbours counts 1) is at most ``limit``."""
    if abs(len(left) - len(right)) > limit:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return False
    return row[-1] <= limit


_EVERYDAY = word_set(
    """
    a ao aos as com da das de do dos e ela elas ele eles em entre essa esse esta este eu isso isto ja la mais mas me
    mesmo meu minha muito na nao nas nem no nos nossa nosso o os ou para pela pelo por porque quais qual quando quanto
    que quem se sem ser seu sim so sua tambem tem tenho te ti um uma umas uns voce voces aqui ali agora ainda amigo
    amiga antes depois dia hoje ontem amanha bom boa gente gostaria favor gentileza moca moco senhor senhora farmacia
    drogaria loja preciso queria quero saber sobre cada caixa caixas unidade unidades frasco frascos amor querida
    janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro semana mes ano segunda
    terca quarta quinta sexta sabado domingo feira passada passado proxima proximo retrasada anteontem
    """
)
