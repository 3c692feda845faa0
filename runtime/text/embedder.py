"""Text to vectors: what an embedder is, and the one that needs no model and no network."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from runtime.text.folding import measured, tokens
from runtime.text.grams import hashed
from runtime.text.terms import Sparse, document_terms, query_terms
from runtime.text.vocabulary import COMPANY, FORM_DETAILS, FORMS, FUNCTION_WORDS, PACKAGING, SALTS, UNITS

Dense = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors. ``name`` and ``version`` identify the vectors: another version is another collection.

    Both methods may block (a model computes); callers run them off the event loop. The same text gives the same
    vector for as long as ``name`` and ``version`` stay.
    """

    name: str
    version: int
    dimensions: int
    description: str

    def embed(self, texts: Sequence[str]) -> Dense:
        """Rows of unit length, ``(len(texts), dimensions)``; a text without a usable word gives zeros."""
        ...

    def sparse(self, texts: Sequence[str]) -> list[Sparse]:
        """Terms of documents."""
        ...

    def sparse_query(self, text: str) -> Sparse:
        """Terms of a query."""
        ...


class OfflineEmbedder:
    """Signed hashing of character 3-5-grams and words, beside BM25 terms; stateless and thread-safe.

    It sees spelling, not meaning: "losart" is near "losartana", "remédio para pressão" is near nothing.
    """

    name = "offline-ngrams"
    version = 1
    dimensions = 384
    description = (
        "Modelo offline: compara a grafia das palavras (trechos de 3 a 5 letras), não o significado. / "
        "Offline model: it compares how words are spelt (3-5 letter pieces), not what they mean."
    )

    def embed(self, texts: Sequence[str]) -> Dense:
        """See ``Embedder``; about 0.03 ms of a core for each product's text."""
        vectors = hashed([measured(tokens(text)) for text in texts], self.dimensions, sizes=(3, 4, 5), weigh=_weigh)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        norms[norms == 0.0] = 1.0
        unit: Dense = vectors / norms
        return unit

    def sparse(self, texts: Sequence[str]) -> list[Sparse]:
        """See ``Embedder``."""
        return [document_terms(_telling(text)) for text in texts]

    def sparse_query(self, text: str) -> Sparse:
        """See ``Embedder``."""
        return query_terms(_telling(text))


_WEIGHTS: dict[str, float] = {
    **dict.fromkeys(FORM_DETAILS, 0.25),
    **dict.fromkeys(FORMS, 0.35),
    **dict.fromkeys(SALTS, 0.3),
    **dict.fromkeys(UNITS, 0.0),
    **dict.fromkeys(FUNCTION_WORDS, 0.0),
    **dict.fromkeys(COMPANY, 0.0),
    **dict.fromkeys(PACKAGING, 0.0),
}
# Strengths and counts are told apart by the sparse vector; here they would outweigh a misspelt name.
_NUMBER_WEIGHT = 0.3
_SILENT = FUNCTION_WORDS | COMPANY | PACKAGING | UNITS


def _weigh(word: str) -> float:
    return _NUMBER_WEIGHT if word[0].isdigit() else _WEIGHTS.get(word, 1.0)


def _telling(text: str) -> list[str]:
    return [word for word in measured(tokens(text)) if word not in _SILENT]
