"""Cuts a message into what may each ask for something."""

from collections.abc import Sequence

from agents.understanding import concepts
from agents.understanding.normalise import BREAK, word_set
from agents.understanding.tagger import Name

MAX_CLAUSES = 12
_ENDS = frozenset({BREAK, "?", "!", "+"})
_JOINS = word_set("e mas entao tambem ai depois porque que se senao aproveita aproveitando alem inclusive agora ah ou")
_OPENS = word_set(
    "quanto quanta quantos quantas qual quais quando onde cade como tem teria quero queria preciso manda mande pode "
    "podem da vende vendem faz fazem aceita aceitam entrega entregam o a se ja me no nao ve veja vejam ver avisa diz "
    "diga fala posso consigo quem esta estao ainda meu minha em gostaria queremos queria favor por disso tiver tambem "
    "aproveita aproveitando chama bota poe pega"
)


def split(words: Sequence[str], names: Sequence[Name]) -> list[tuple[int, int]]:
    """The places (first word, the one after the last) of at most ``MAX_CLAUSES`` clauses that have a word in them."""
    inside = {at for _, start, end in names for at in range(start + 1, end)}
    places: list[tuple[int, int]] = []
    start = 0
    for at, word in enumerate(words):
        if at in inside:
            continue
        if word in _ENDS:
            places.append((start, at + (word == "?")))
            start = at + 1
        elif word in _JOINS and at > start and _opens(words, at + 1):
            places.append((start, at))
            start = at
    places.append((start, len(words)))
    return [place for place in places if _says(words[place[0] : place[1]])][:MAX_CLAUSES]


def _opens(words: Sequence[str], at: int) -> bool:
    return at < len(words) and (words[at] in _OPENS or bool(concepts.of_word(words[at])))


def _says(words: Sequence[str]) -> bool:
    return any(len(word) > 1 and word[0].isalpha() for word in words)
