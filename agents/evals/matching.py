"""When an entity that was found is the one meant. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from agents.evals.cases import Value

PRODUCT_OVERLAP = 0.5
"""The least share of the longer name's words that both names have."""
_NUMBERS = frozenset({"quantity", "price", "score"})
_CODES = frozenset({"order_number", "invoice_number", "cnpj", "gtin"})


def folded(value: Value) -> str:
    """Lower case, without accents, each run of punctuation and space as one space."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", str(value).lower()) if not unicodedata.combining(char)
    )
    return " ".join(re.findall(r"[^\W_]+", plain))


def matched(found: Mapping[str, Sequence[Value]], meant: Mapping[str, Sequence[Value]]) -> int:
    """How many of the values meant were found; each value found serves once."""
    return sum(_matched(name, list(found.get(name, ())), values) for name, values in meant.items())


def _matched(name: str, left: list[Value], values: Sequence[Value]) -> int:
    hits = 0
    for value in values:
        at = next((at for at, other in enumerate(left) if same(name, other, value)), None)
        if at is not None:
            left.pop(at)
            hits += 1
    return hits


def same(name: str, found: Value, meant: Value) -> bool:
    """Whether two values of the entity ``name`` say the same."""
    if name in _NUMBERS:
        left, right = _number(found), _number(meant)
        return left is not None and right is not None and abs(left - right) < 0.005
    left_text, right_text = folded(found), folded(meant)
    if name in _CODES:
        return left_text.replace(" ", "") == right_text.replace(" ", "")
    if name == "product":
        return _overlap(set(left_text.split()), set(right_text.split())) >= PRODUCT_OVERLAP
    return left_text == right_text


def _overlap(left: set[str], right: set[str]) -> float:
    return len(left & right) / max(len(left), len(right), 1)


def _number(value: Value) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    digits = re.sub(r"[^\d.,]", "", value)
    if "," in digits:
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return float(digits)
    except ValueError:
        return None
