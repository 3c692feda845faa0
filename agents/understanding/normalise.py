"""Portuguese as people type it, made comparable: folded, unrepeated, unabbreviated."""

import re
import unicodedata
from functools import cache
from importlib import resources

MAX_CHARACTERS = 2_000
BREAK = ","
"""The token that stands for a comma, a semicolon or a line's end: it ends a name, and means nothing else."""

_TOKEN = re.compile(r"r\$|[a-z]\d{1,2}(?!\d)|[a-z]+|\d+(?:[.,/-]\d+)*|[?$%]|[,;\n]")
_LONG = re.compile(r"([a-z])\1{2,}")
_FINAL_VOWELS = re.compile(r"([aeiou])\1+$")
_INVISIBLE = {"Cf", "Cc", "Co", "Cs"}
_KEEP_DOUBLED = frozenset({"veem", "leem", "creem", "aas"})


def fold(text: str) -> str:
    """Lower case, without accents and invisible characters; line ends stay.

    Only the first ``MAX_CHARACTERS`` are read: a message longer than that says what it wants before.
    """
    kept = []
    for char in unicodedata.normalize("NFKD", text[:MAX_CHARACTERS].lower()):
        category = unicodedata.category(char)
        if char in "\n\r\t":
            kept.append("\n" if char == "\n" else " ")
        elif category != "Mn" and category not in _INVISIBLE:
            kept.append(char)
    return "".join(kept)


def tokens(folded: str) -> list[str]:
    """Words, numbers and the few signs that mean something, abbreviations written out."""
    out: list[str] = []
    for written in _TOKEN.findall(folded):
        if written in ";\n":
            out.append(BREAK)
            continue
        word = _LONG.sub(r"\1", written)
        if len(word) > 2 and word not in _KEEP_DOUBLED:
            word = _FINAL_VOWELS.sub(r"\1", word)
        if out and out[-1] == "vitamina":
            out.append(word)
        else:
            out.extend(abbreviations().get(word, word).split())
    return out


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
