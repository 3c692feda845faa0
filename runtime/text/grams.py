"""Feature hashing: words and the character n-grams inside them, into signed buckets.

Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009; n-grams within a word with its borders
marked, as in fastText (Bojanowski et al., 2017). All texts of a call are one byte buffer, so that numpy does the work.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_PRIME = np.uint64(0x100000001B3)
_BORDER = 32


def hashed(
    texts: Sequence[Sequence[str]], dimensions: int, *, sizes: Sequence[int], weigh: Callable[[str], float]
) -> Floats:
    """One row of ``dimensions`` for each text, given as ASCII words; not normalised.

    A word counts as ``weigh`` says; 0 leaves it out. Each word spreads its weight over its n-grams of
    ``sizes`` characters, borders included, and itself. Reproducible on every machine and version of Python.
    """
    kept = [[word for word in words if weigh(word) > 0.0] for words in texts]
    flat = [word for words in kept for word in words]
    if not flat:
        return np.zeros((len(texts), dimensions), dtype=np.float32)
    raw = np.frombuffer((" " + "  ".join(flat) + " ").encode("ascii"), dtype=np.uint8)
    lengths = np.fromiter(map(len, flat), dtype=np.int64, count=len(flat)) + 2
    word_of = np.repeat(np.arange(len(flat)), lengths)
    row_of_word = np.repeat(np.arange(len(texts)), [len(words) for words in kept])
    weight = np.fromiter(map(weigh, flat), dtype=np.float64, count=len(flat))

    codes = raw.astype(np.uint64) + np.uint64(1)
    rows: list[npt.NDArray[np.int64]] = []
    hashes: list[npt.NDArray[np.uint64]] = []
    values: list[npt.NDArray[np.float64]] = []
    for size in sizes:
        if len(raw) < size:
            continue
        value = np.full(len(raw) - size + 1, size, dtype=np.uint64)
        for shift in range(size):
            value = value * _PRIME + codes[shift : len(raw) - size + 1 + shift]
        inside = word_of[: len(value)] == word_of[size - 1 :]
        owner = word_of[: len(value)][inside]
        rows.append(row_of_word[owner])
        hashes.append(value[inside])
        # A long word has more n-grams; the square root keeps it from drowning the short ones.
        values.append(weight[owner] / np.sqrt(np.maximum(lengths[owner] - size + 1, 1)))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    whole = np.add.reduceat(codes * _powers(lengths), starts)
    rows.append(row_of_word)
    hashes.append(whole)
    values.append(weight)
    return _gather(np.concatenate(rows), np.concatenate(hashes), np.concatenate(values), len(texts), dimensions)


def _powers(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    longest = int(lengths.max())
    table = np.cumprod(np.r_[np.uint64(1), np.full(longest - 1, _PRIME, dtype=np.uint64)], dtype=np.uint64)
    offsets = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return table[offsets]


def _gather(
    rows: npt.NDArray[np.int64],
    hashes: npt.NDArray[np.uint64],
    values: npt.NDArray[np.float64],
    count: int,
    dimensions: int,
) -> Floats:
    mixed = _mix(hashes)
    buckets = (mixed % np.uint64(dimensions)).astype(np.int64)
    signs = np.where(mixed >> np.uint64(63), 1.0, -1.0)
    summed = np.bincount(rows * dimensions + buckets, weights=values * signs, minlength=count * dimensions)
    return summed.reshape(count, dimensions).astype(np.float32)


def _mix(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele et al., 2014): every bit of the input reaches every bit of the output."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
