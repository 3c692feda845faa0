"""Linear weights by a feature's name, kept small: 32-bit keys and 8-bit weights.

A weight is stored as its sign and the square root of its share of the column's greatest, so that small ones keep their
order; 37 columns of float32 would take eight times the place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_STEPS = 127
_NONE = -1
_MOST_MET = 50_000


def key(name: str) -> int:
    """The 32-bit key of a feature's name; two names in some ten thousand share one, which does no harm."""
    return crc32(name.encode())


@dataclass(frozen=True, slots=True)
class Table:
    """``keys`` are sorted; ``steps`` has a row a key and a column a class; ``greatest`` is each column's greatest."""

    keys: NDArray[np.uint32]
    steps: NDArray[np.int8]
    greatest: NDArray[np.float32]
    _met: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The rows of names that were looked for, ``_NONE`` for a name without one: messages share most of theirs."""

    @classmethod
    def of(cls, keys: NDArray[np.uint32], weights: NDArray[np.float32]) -> "Table":
        """Rounds the weights (a row a key, in any order); rows that round to nothing are left out."""
        greatest = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32)
        steps = np.rint(np.sign(weights) * np.sqrt(np.abs(weights) / greatest) * _STEPS).astype(np.int8)
        kept = np.flatnonzero(steps.any(axis=1))
        order = kept[np.argsort(keys[kept], kind="stable")]
        return cls(keys[order], steps[order], greatest)

    def find(self, keys: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Each key's row, and whether it has one."""
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return places, self.keys[places] == keys

    def rows(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Each name's row, ``-1`` for a name without one."""
        met = self._met
        places = list(map(met.get, names))
        if None in places:
            new = [name for name, place in zip(names, places, strict=True) if place is None]
            found, known = self.find(np.array([key(name) for name in new], dtype=np.uint32))
            looked = dict(zip(new, np.where(known, found, _NONE).tolist(), strict=True))
            if len(met) > _MOST_MET:
                met.clear()
            met.update(looked)
            places = [looked[name] if place is None else place for name, place in zip(names, places, strict=True)]
        return np.array(places, dtype=np.int64)

    def sums(self, names: Iterable[str]) -> NDArray[np.float32]:
        """The sum of the named features' weights, one a class."""
        places = self.rows(list(names))
        return np.asarray(self._weights(places[places != _NONE]).sum(axis=0), dtype=np.float32)

    def sums_by_row(self, rows: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """``sums`` of each row, looked up together; no row may be empty."""
        places = self.rows([name for row in rows for name in row])
        weights = self._weights(places)
        weights[places == _NONE] = 0
        starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
        return np.asarray(np.add.reduceat(weights, starts, axis=0), dtype=np.float32)

    def product(self, features: Mapping[str, float], scale: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scores of weighted features, each times its key's ``scale`` (a value a row), at unit length."""
        values = np.fromiter(features.values(), dtype=np.float32, count=len(features))
        places = self.rows(list(features))
        known = places != _NONE
        places = places[known]
        weighted = values[known] * scale[places]
        length = float(np.sqrt(weighted @ weighted)) or 1.0
        return np.asarray((weighted / length) @ self._weights(places), dtype=np.float32)

    def _weights(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        steps = self.steps[places].astype(np.float32) / _STEPS
        return np.asarray(steps * np.abs(steps) * self.greatest, dtype=np.float32)
