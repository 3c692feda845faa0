"""How a message is said: whether its writer is upset or angry, and whether it puts something right. Pure."""

import re
from collections.abc import Sequence
from functools import cache

from agents.understanding.normalise import BREAK, lines, tokens, word_set
from agents.understanding.protocol import Tone

_FURIOUS = frozenset("🤬😡")
_SHOUT = 12
"""Capital letters without a small one, from which on a message is shouted."""


def tone(words: Sequence[str], text: str) -> Tone:
    """``angry`` for insults, threats and shouting annoyance; ``upset`` for annoyance and worry."""
    if _says(words, "angry.txt") or _FURIOUS & set(text):
        return "angry"
    if not _says(words, "upset.txt"):
        return "neutral"
    letters = [char for char in text if char.isalpha()]
    shouted = len(letters) >= _SHOUT and all(char.isupper() for char in letters)
    return "angry" if shouted or re.search(r"[!?]{3,}", text) else "upset"


def corrects(words: Sequence[str]) -> bool:
    """Whether the message takes back or replaces what was said: "não, o outro pedido", "quis dizer 20"."""
    if _says(words, "corrections.txt"):
        return True
    said = [word for word in words if word not in (BREAK, "!")]
    return len(said) > 1 and said[0] in _TAKING_BACK and said[1] in _INSTEAD


_TAKING_BACK = word_set("nao opa ops errei perai eita")
_INSTEAD = word_set("o a os as e era esse essa sao foi quis eu nao do da")


def _says(words: Sequence[str], name: str) -> bool:
    whole, stems, phrases = _lexicon(name)
    if any(word in whole or word.startswith(stems) for word in words):
        return True
    line = f" {' '.join(words)} "
    return any(phrase in line for phrase in phrases)


@cache
def _lexicon(name: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Whole words, beginnings of words, and phrases (each after a space)."""
    whole, stems, phrases = set(), [], []
    for entry in (entry for line in lines(name) for entry in line.split()):
        if "_" in entry:
            ending = "" if entry.endswith("*") else " "
            phrases.append(" " + " ".join(tokens(entry.replace("_", " ").replace("*", ""))) + ending)
        elif entry.endswith("*"):
            stems.append(entry[:-1])
        else:
            whole.add(entry)
    return frozenset(whole), tuple(stems), tuple(phrases)
