"""Sparse matrices of named features, and linear machines fitted to them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.understanding.table import Table, key


@dataclass(frozen=True, slots=True)
class Fitted:
    """``table`` has a row a feature that was kept, ``classes`` names its columns; ``idf`` is by the table's rows."""

    classes: tuple[str, ...]
    table: Table
    bias: NDArray[np.float32]
    idf: NDArray[np.float32]


def fit(rows: Sequence[Mapping[str, float]], labels: Sequence[str], *, cost: float, rarest: int, weigh: bool) -> Fitted:
    """One linear support vector machine a class, against the others (liblinear). Blocks for seconds.

    Features of fewer than ``rarest`` rows are left out. ``weigh``: scaled by inverse document frequency, rows of unit
    length. The same rows give the same weights.
    """
    from sklearn.svm import LinearSVC

    index, often = _index(rows, rarest)
    idf = np.log(len(rows) / often) + 1 if weigh else np.ones(len(index))
    machine = LinearSVC(C=cost, random_state=0, max_iter=3000)
    machine.fit(_sparse(rows, index, idf, unit=weigh), labels)
    keys = np.fromiter((key(name) for name in index), dtype=np.uint32, count=len(index))
    table = Table.of(keys, machine.coef_.T.astype(np.float32))
    by_key = dict(zip(keys.tolist(), idf.astype(np.float16).astype(np.float32).tolist(), strict=True))
    return Fitted(
        classes=tuple(str(name) for name in machine.classes_),
        table=table,
        bias=machine.intercept_.astype(np.float32),
        idf=np.array([by_key[at] for at in table.keys.tolist()], dtype=np.float32),
    )


def _index(rows: Iterable[Mapping[str, float]], rarest: int) -> tuple[dict[str, int], NDArray[np.float64]]:
    """Each kept feature's column, by name, and how many rows have it."""
    often = Counter(name for row in rows for name in row)
    kept = sorted(name for name, times in often.items() if times >= rarest)
    return {name: at for at, name in enumerate(kept)}, np.array([often[name] for name in kept], dtype=np.float64)


def _sparse(rows: Sequence[Mapping[str, float]], index: Mapping[str, int], idf: NDArray[Any], *, unit: bool) -> Any:
    from scipy.sparse import csr_matrix

    places: list[int] = []
    values: list[float] = []
    ends = [0]
    for row in rows:
        known = [(index[name], value) for name, value in row.items() if name in index]
        weighted = np.array([value for _, value in known]) * idf[[at for at, _ in known]]
        length = float(np.sqrt(weighted @ weighted)) if unit else 1.0
        places += [at for at, _ in known]
        values += (weighted / (length or 1.0)).tolist()
        ends.append(len(places))
    return csr_matrix((values, places, ends), shape=(len(rows), len(index)))
