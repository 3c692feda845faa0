"""Portuguese as people type it, made comparable: folded, unrepeated, unabbreviated."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAX_CHARACTERS = 2_000
BREAK = ","
"""The token that stands for a comma, a semicolon, a full stop or a line's end: it ends a name."""

_CNPJ = (
    r"[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{3}/[0-9a-z]{4}-?\d{2}(?!\d)"
    r"|(?<![0-9a-z])(?=[0-9a-z]*\d[a-z])[0-9a-z]{12}\d\d\b"
)
_CODE = r"(?<![0-9a-z])[a-z]{1,4}-?\d{2,4}-\d{3,}\b|(?<![0-9a-z])[a-z]{2,4}-\d{4,}\b"
_PICTURE = r"[\u2600-\u27bf\U0001f300-\U0001faff]"
_TOKEN = re.compile(
    rf"{_CNPJ}|{_CODE}|r\$|[a-z]\d{{1,2}}(?!\d)|[a-z]+|\d+(?:[.,/-]\d+)*|[?!$%+]|[,;\n]|\.(?=\s|$)|{_PICTURE}"
)
_LONG = re.compile(r"([a-z])\1{2,}")
_FINAL_VOWELS = re.compile(r"([aeiou])\1+$")
_INVISIBLE = {"Cf", "Cc", "Co", "Cs"}
_KEEP_DOUBLED = frozenset({"veem", "leem", "creem", "aas"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign, made comparable; ``text[start:end]`` is what was written.

    An abbreviation of several words is as many tokens, all of the same place.
    """

    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case, without accents and invisible characters; line ends stay.

    Only the first ``MAX_CHARACTERS`` are read: a message longer than that says what it wants before.
    """
    return _fold(text)[0]


def _fold(text: str) -> tuple[str, list[int]]:
    """The folded text, and where in ``text`` each of its characters was."""
    kept: list[str] = []
    places: list[int] = []
    for place, written in enumerate(text[:MAX_CHARACTERS].lower()):
        for char in written if written.isascii() else unicodedata.normalize("NFKD", written):
            category = "" if char.isalnum() else unicodedata.category(char)
            if char in "\n\r\t":
                kept.append("\n" if char == "\n" else " ")
            elif category != "Mn" and category not in _INVISIBLE:
                kept.append(char)
            else:
                continue
            places.append(place)
    return "".join(kept), places


def scan(text: str) -> list[Token]:
    """Words, numbers and the few signs that mean something, abbreviations written out. Any text; never raises."""
    folded, places = _fold(text)
    out: list[Token] = []
    for match in _TOKEN.finditer(folded):
        start, end = places[match.start()], places[match.end() - 1] + 1
        for word in _words(match[0], out[-1].word if out else ""):
            out.append(Token(word, start, end))
    return out


def _words(written: str, before: str) -> list[str]:
    if written in ";\n.,":
        return [BREAK]
    word = _LONG.sub(r"\1", written)
    if len(word) > 2 and word not in _KEEP_DOUBLED:
        word = _FINAL_VOWELS.sub(r"\1", word)
    return [word] if before == "vitamina" else abbreviations().get(word, word).split()


def tokens(text: str) -> list[str]:
    """The words of ``scan``."""
    return [token.word for token in scan(text)]


@cache
def abbreviations() -> dict[str, str]:
    """What each chat abbreviation stands for."""
    pairs = (line.partition(" ") for line in lines("abbreviations.txt"))
    return {short: long.strip() for short, _, long in pairs}


@cache
def words(name: str) -> frozenset[str]:
    """The words of a lexicon file."""
    return frozenset(word for line in lines(name) for word in line.split())


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def lines(name: str, *, folder: str = "lexicon") -> list[str]:
    """A data file's lines without comments and blanks."""
    text = resources.files("agents.understanding").joinpath(folder, name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
