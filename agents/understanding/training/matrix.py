"""Sparse matrices of named features, and linear machines fitted to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.understanding.table import Table, key

_TOLERANCE = 1e-2
"""Of liblinear: a tenth of it takes three times as long and changes no figure."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """``table`` has a row a feature that was kept, ``classes`` names its columns; ``idf`` is by the table's rows."""

    classes: tuple[str, ...]
    table: Table
    bias: NDArray[np.float32]
    idf: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rows:
    """Counted features once, for every machine that learns from some of them.

    ``keys`` names the columns of ``counts`` (scipy's compressed sparse rows).
    """

    keys: NDArray[np.uint32]
    counts: Any

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, float]]) -> "Rows":
        """A row of the matrix for each row of features by name."""
        from scipy.sparse import csr_matrix

        keys: list[int] = []
        values: list[float] = []
        ends = [0]
        for row in rows:
            keys += map(key, row)
            values += row.values()
            ends.append(len(keys))
        columns, places = np.unique(np.array(keys, dtype=np.uint32), return_inverse=True)
        shape = (len(ends) - 1, len(columns))
        return cls(columns, csr_matrix((np.array(values), places, ends), shape=shape))

    def fit(self, chosen: Sequence[int], labels: Sequence[str], *, cost: float, rarest: int, weigh: bool) -> Fitted:
        """One linear support vector machine a class, against the others (liblinear). Blocks for seconds.

        ``labels`` are those of the rows ``chosen``; features of fewer than ``rarest`` of them are left out. ``weigh``:
        scaled by inverse document frequency, rows of unit length. The same rows give the same weights.
        """
        from sklearn.svm import LinearSVC

        counts = self.counts[np.array(chosen, dtype=np.int64)]
        often = counts.getnnz(axis=0)
        kept = np.flatnonzero(often >= rarest)
        idf = (np.log(len(chosen) / often[kept]) + 1 if weigh else np.ones(len(kept))).astype(np.float16)
        counts = counts[:, kept]
        machine = LinearSVC(C=cost, random_state=0, max_iter=3000, tol=_TOLERANCE)
        machine.fit(_weighed(counts, idf.astype(np.float64)) if weigh else counts, labels)
        table = Table.of(self.keys[kept], machine.coef_.T.astype(np.float32))
        return Fitted(
            classes=tuple(str(name) for name in machine.classes_),
            table=table,
            bias=machine.intercept_.astype(np.float32),
            idf=idf.astype(np.float32)[np.searchsorted(self.keys[kept], table.keys)],
        )


def _weighed(counts: Any, idf: NDArray[np.float64]) -> Any:
    from scipy.sparse import diags

    scaled = counts @ diags(idf)
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return diags(1 / np.where(lengths > 0, lengths, 1.0)) @ scaled
