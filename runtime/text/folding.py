"""One spelling for what people type in many: lower case, no accents, units apart from their numbers."""

import re
import unicodedata

_UNITS = r"mg|mcg|ug|g|kg|ml|l|ui|meq|mmol|cm|mm|m|h|%"
_JOINED = frozenset(("mg", "mcg", "g", "kg", "ml", "l", "ui", "meq", "mmol", "%", "un"))
_GLUED = re.compile(rf"(?<=\d)(?={_UNITS}\b|[a-z])")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_OTHER = re.compile(r"[^a-z0-9.%+/]+")
_LOOSE_DOT = re.compile(r"(?<!\d)\.|\.(?!\d)")
_SPACES = re.compile(r" {2,}")
_ZERO_TAIL = re.compile(r"(?<=\d)\.0+(?![\d])")


def strip_accents(text: str) -> str:
    """The text in ASCII letters, lower case; ``µ`` becomes ``u``, letters without a Latin base vanish."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return (
        decomposed.encode("ascii", "ignore").decode("ascii")
        if "μ" not in decomposed
        else strip_accents(decomposed.replace("μ", "u"))
    )


def fold(text: str) -> str:
    """The text as words and numbers with one space between.

    ``"Dipirona  Sódica 500MG (c/ 30)"`` gives ``"dipirona sodica 500 mg c/30"``. Decimal commas become points,
    thousands' points vanish, ``/``, ``+`` and ``%`` stay. Folding twice changes nothing.
    """
    folded = strip_accents(text)
    folded = _DECIMAL_COMMA.sub(".", folded)
    folded = _THOUSANDS.sub("", folded)
    folded = _ZERO_TAIL.sub("", folded)
    folded = _GLUED.sub(" ", folded)
    folded = _OTHER.sub(" ", folded)
    folded = _LOOSE_DOT.sub(" ", folded)
    return _SPACES.sub(" ", folded).strip()


def tokens(text: str) -> list[str]:
    """The words and numbers of ``fold(text)``; ``/``, ``+`` and ``%`` only separate."""
    return fold(text).replace("/", " ").replace("+", " ").replace("%", " % ").split()


def measured(words: list[str]) -> list[str]:
    """The words with each number joined to the unit after it: ``["500", "mg"]`` gives ``["500mg"]``."""
    joined: list[str] = []
    for word in words:
        if joined and word in _JOINED and joined[-1][-1].isdigit():
            joined[-1] += word
        else:
            joined.append(word)
    return joined
