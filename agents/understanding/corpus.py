"""The example utterances: one file a flow, one utterance a line, names as ``{p}`` slots."""

from collections.abc import Iterator
from functools import cache
from importlib import resources

from agents.understanding.normalise import fold, lines, tokens
from agents.understanding.reading import DATE, NUMBER, ORDER, PRICE, PRODUCT, UNKNOWN, read
from agents.understanding.vocabulary import Vocabulary

_SLOTS = {"p": PRODUCT, "o": ORDER, "n": NUMBER, "d": DATE, "v": PRICE, "city": UNKNOWN}


def flows() -> tuple[str, ...]:
    """The flows that have examples, in the order of their names."""
    folder = resources.files("agents.understanding").joinpath("examples")
    return tuple(sorted(entry.name.removesuffix(".txt") for entry in folder.iterdir() if entry.name.endswith(".txt")))


@cache
def common_words() -> frozenset[str]:
    """Every word the examples use outside their slots: Portuguese that never names a product."""
    known = set()
    for flow in flows():
        for line in lines(f"{flow}.txt", folder="examples"):
            known.update(tokens(fold(_fill(line, dict.fromkeys(_SLOTS, " ")))))
    return frozenset(known)


def examples(vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """``(flow, words)`` as ``read`` gives them; a product stands once as known and once as a word never seen."""
    for flow in flows():
        for line in lines(f"{flow}.txt", folder="examples"):
            yield flow, read(_fill(line, _SLOTS), vocabulary).words
            if "{p}" in line:
                yield flow, read(_fill(line, {**_SLOTS, "p": UNKNOWN}), vocabulary).words


def _fill(line: str, slots: dict[str, str]) -> str:
    for slot, word in slots.items():
        line = line.replace("{" + slot + "}", word)
    return line
