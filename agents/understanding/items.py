"""Pairs each product of a message with how many of it: "10 cx de losartana 50 e 5 dipirona", "captopril 25mg 500"."""

from collections.abc import Callable, Sequence

from agents.understanding import numbers, values
from agents.understanding.normalise import BREAK
from agents.understanding.protocol import Item
from agents.understanding.tagger import Name

_FAR = 6
"""The greatest distance of a quantity from its product."""
_APART = 3
"""How far a word that parts one item of a list from the next sets them from each other."""
_BETWEEN = numbers.COUNT_UNITS | {"de", "do", "da", "x", "quantidade", "para"}


def paired(names: Sequence[Name], words: Sequence[str], written: Callable[[Name], str]) -> tuple[Item, ...]:
    """An item for every product, in order. A quantity belongs to the nearest product, of two the one that follows."""
    products = [name for name in names if name[0] == "p"]
    counts: dict[Name, Name] = {}
    for count in (name for name in names if name[0] == "q"):
        free = [product for product in products if product not in counts]
        nearest = min(free, key=lambda product: (_distance(count, product, words), -product[1]), default=None)
        if nearest is not None and _distance(count, nearest, words) <= _FAR:
            counts[nearest] = count
    return tuple(_item(product, counts.get(product), words, written) for product in products)


def _item(product: Name, count: Name | None, words: Sequence[str], written: Callable[[Name], str]) -> Item:
    if count is None:
        return Item(written(product))
    _, start, end = count
    following = words[end] if end < len(words) else ""
    unit = following.removesuffix("s") if following in numbers.COUNT_UNITS else None
    return Item(written(product), values.quantity(words[start:end]), unit)


def _distance(count: Name, product: Name, words: Sequence[str]) -> int:
    """Words between the two; a unit or "of" is none, a comma or "and" is several."""
    left, right = sorted((count, product), key=lambda name: name[1])
    between = words[left[2] : right[1]]
    return sum(0 if word in _BETWEEN else _APART if word in (BREAK, "e", "+") else 1 for word in between)
