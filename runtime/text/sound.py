"""How a Portuguese word sounds, roughly: the spellings that people mix up fall together."""

import re
from functools import lru_cache

_RULES = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"[sx]?c(?=[eiy])"), "s"),
    (re.compile(r"sch|ch|sh"), "x"),
    (re.compile(r"qu(?=[eiy])|ck|k|q|c"), "k"),
    (re.compile(r"g(?=[eiy])"), "j"),
    (re.compile(r"z"), "s"),
    (re.compile(r"(?<=[aeiouy])x(?=[aeiouy])"), "s"),
    (re.compile(r"y"), "i"),
    (re.compile(r"w"), "v"),
    (re.compile(r"(?<=.)h"), ""),
    (re.compile(r"^h"), ""),
    (re.compile(r"m(?=[^aeiou])"), "n"),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """A key of a folded word: ``"omeprasol"`` and ``"omeprazol"``, ``"glifage"`` and ``"glyphage"`` have the same."""
    for pattern, written in _RULES:
        word = pattern.sub(written, word)
    return word
