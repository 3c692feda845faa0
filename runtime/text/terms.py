"""Sparse vectors of terms: BM25's document side, with each term's id hashed to 32 bits.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. The inverse document frequency
is the index's part (Qdrant's ``idf`` modifier), because only the index knows the collection.
"""

from collections import Counter
from collections.abc import Sequence
from zlib import crc32

from runtime.text.sound import sound

Sparse = tuple[list[int], list[float]]
"""Term ids, ascending and unique, and their weights."""

SATURATION = 1.2
LENGTH_NORM = 0.5
AVERAGE_LENGTH = 9.0
"""Words in a product's text; measured on the official price list's presentations with names and makers."""
_PREFIX = 4


def document_terms(words: Sequence[str]) -> Sparse:
    """A document's terms, weighted by saturated frequency and length."""
    counts = Counter(_terms(words))
    norm = SATURATION * (1 - LENGTH_NORM + LENGTH_NORM * len(words) / AVERAGE_LENGTH)
    return _sorted({term: count * (SATURATION + 1) / (count + norm) for term, count in counts.items()})


def query_terms(words: Sequence[str]) -> Sparse:
    """A query's terms, each once with weight 1."""
    return _sorted(dict.fromkeys(_terms(words), 1.0))


def term_id(term: str) -> int:
    """The dimension of a term."""
    return crc32(term.encode("utf-8"))


def _terms(words: Sequence[str]) -> list[str]:
    # The sound carries words over misspellings, the beginning over truncation ("losart", "dipi").
    found = list(words)
    for word in words:
        if len(word) >= _PREFIX and word.isalpha():
            found.append("~" + sound(word))
            found.append(word[:_PREFIX] + "*")
    return found


def _sorted(weights: dict[str, float]) -> Sparse:
    by_id = sorted((term_id(term), weight) for term, weight in weights.items())
    merged: dict[int, float] = {}
    for identity, weight in by_id:
        merged[identity] = max(weight, merged.get(identity, 0.0))
    return list(merged), list(merged.values())
