"""Reads a message once: its words, and what it names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.understanding import items, values
from agents.understanding.normalise import Token, scan
from agents.understanding.protocol import Entities
from agents.understanding.repair import Speller
from agents.understanding.settling import settled
from agents.understanding.tagger import Name, Tagger
from agents.understanding.vocabulary import Vocabulary

_LONGEST = 40
"""Characters of a word, from which on it names nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``names`` are places in ``row``, in order, with their kinds; ``words`` are the row's."""

    text: str
    row: tuple[Token, ...]
    words: tuple[str, ...]
    names: tuple[Name, ...]

    def written(self, name: Name) -> str:
        """The words of a name as they stand in the message."""
        return self.text[self.row[name[1]].start : self.row[name[2] - 1].end]

    def put_right(self, speller: Speller) -> "Reading":
        """The same with the spelling of what is no name put right."""
        named = {at for _, start, end in self.names for at in range(start, end)}
        words = tuple(word if at in named else speller.right(word) for at, word in enumerate(self.words))
        return replace(self, words=words)

    def part(self, start: int, end: int) -> tuple[tuple[str, ...], list[Name]]:
        """The words from ``start`` to before ``end``, and the names in them, at their places there."""
        names = [(kind, first - start, last - start) for kind, first, last in self.names if start <= first < end]
        return self.words[start:end], [(kind, first, min(last, end - start)) for kind, first, last in names]


def read(text: str, tagger: Tagger, vocabulary: Vocabulary) -> Reading:
    """Reads any text; never raises."""
    row = tuple(scan(text))
    return reading(text, row, tagger.names(row, text, vocabulary), vocabulary)


def reading(text: str, row: tuple[Token, ...], names: list[Name], vocabulary: Vocabulary) -> Reading:
    """A message with the names that a tagger found, or that its marks say, completed by what their words show."""
    words = tuple(token.word for token in row)
    taken = {at for _, start, end in names for at in range(start, end)}
    names += [("cnpj", at, at + 1) for at, word in enumerate(words) if at not in taken and values.is_cnpj(word)]
    names = [_whole(name, words, taken, vocabulary) if name[0] == "p" else name for name in names]
    names = [name for name in names if name[0] != "q" or not _numbers_a_line(row[name[1]], text)]
    return Reading(text, row, words, tuple(settled(names, words)))


def _numbers_a_line(token: Token, text: str) -> bool:
    """Whether a figure only numbers an item of a list: "1) preço 2) prazo"."""
    before, after = text[max(token.start - 1, 0) : token.start], text[token.end : token.end + 1]
    return len(token.word) <= 2 and token.word.isdigit() and after == ")" and before != "("


def _whole(name: Name, words: Sequence[str], taken: set[int], vocabulary: Vocabulary) -> Name:
    """A product's name with the forms, packs and makers that follow it."""
    kind, start, end = name
    while end < len(words) and end not in taken and words[end] in vocabulary.qualifiers:
        end += 1
    return kind, start, end


def entities(reading: Reading) -> Entities:
    """What the message names; a name whose words give no value (a price that is no amount) is left out."""
    found: dict[str, list[object]] = {}
    for name in reading.names:
        kind, value = _value(name, reading)
        if value is not None:
            found.setdefault(kind, []).append(value)
    for token in reading.row:
        if values.is_gtin(token.word) and len(token.word) > 8:
            found.setdefault("gtin", []).append(token.word)
    return Entities(
        order_numbers=_texts(found.get("o")),
        products=_texts(found.get("p")),
        quantities=tuple(value for value in found.get("q", ()) if isinstance(value, int)),
        dates=_texts(found.get("d")),
        prices=tuple(value for value in found.get("v", ()) if isinstance(value, float)),
        cnpjs=_texts(found.get("cnpj")),
        invoice_numbers=_texts(found.get("nf")),
        cities=_texts(found.get("city")),
        scores=tuple(value for value in found.get("s", ()) if isinstance(value, int)),
        gtins=_texts(found.get("gtin")),
        items=items.paired(reading.names, reading.words, reading.written),
    )


def _texts(found: Sequence[object] | None) -> tuple[str, ...]:
    return tuple(str(value) for value in found or ())


def _value(name: Name, reading: Reading) -> tuple[str, object]:
    kind, start, end = name
    words, written = reading.words[start:end], reading.written(name)
    if max(map(len, words)) > _LONGEST:
        return kind, None
    if kind == "q":
        return kind, values.quantity(words)
    if kind == "s":
        return kind, values.score(words)
    if kind == "v":
        return kind, values.price(words)
    if kind == "cnpj":
        return kind, values.cnpj(written)
    if kind in ("o", "nf") and values.is_gtin(words[0]) and len(words[0]) > 12:
        return kind, None
    return kind, written
