"""Which line of an order people mean when they name a product of it. Pure."""

from collections.abc import Sequence

from agents.wording import count
from runtime.text.folding import tokens
from runtime.text.likeness import likeness
from store.orders import Line

_ALIKE = 0.75
MOST_SHOWN = 10


def meant(words: str, lines: Sequence[Line]) -> Sequence[Line]:
    """The lines that the words may name: all those that most of the words fit, none when no word fits.

    A number in the words has to be in the product's name or presentation.
    """
    asked = tokens(words)
    scored = [(_fits(asked, tokens(f"{line.name} {line.presentation}")), line) for line in lines]
    best = max((score for score, _ in scored), default=0)
    return [line for score, line in scored if score == best] if best else []


def _fits(asked: Sequence[str], known: Sequence[str]) -> int:
    names = [word for word in asked if word.isalpha() and len(word) > 2]
    numbers = [word for word in asked if word[:1].isdigit()]
    named = sum(any(likeness(word, other) >= _ALIKE for other in known) for word in names)
    return named + sum(number in known for number in numbers) if named else 0


def title(line: Line) -> str:
    """A line's product as it is named to people."""
    return f"*{line.name}* {line.presentation}"


def listing(lines: Sequence[Line]) -> str:
    """The lines, one a row, with what was bought of each."""
    shown = [f"• {title(line)}: {count(line.quantity, 'unidade', 'unidades')}" for line in lines[:MOST_SHOWN]]
    rest = len(lines) - MOST_SHOWN
    return "\n".join([*shown, *([f"… e mais {rest}"] if rest > 0 else [])])
