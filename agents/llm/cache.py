"""What was understood before, by exact words and by words that hardly differ.

A model costs money and a second; pharmacies ask the same things all day. Only what was *understood* is kept, never an
answer: an answer stands on the state of the market.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from runtime.clock import Clock
from runtime.text.embedder import Dense

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Key:
    """What a message is kept under. ``exact`` holds everything that the answer depends on, words included.

    ``alike`` holds everything but the wording: a message that hardly differs is taken for this one only when ``alike``
    is the same (every number, negation and name in it, the flow at hand). ``None``: never taken for another.
    """

    exact: Hashable
    alike: Hashable | None
    words: str


@dataclass(slots=True)
class _Kept(Generic[V]):
    value: V
    until: float
    alike: Hashable | None
    vector: Dense


class UnderstandingCache(Generic[V]):
    """At most ``size`` messages, the least recently used forgotten first, each for ``seconds``.

    ``embed`` gives a text's unit vector; a cosine of ``likeness`` is alike. Not thread-safe.
    """

    def __init__(
        self,
        embed: Callable[[str], Dense],
        clock: Clock,
        *,
        size: int = 4096,
        seconds: float = 6 * 3600.0,
        likeness: float = 0.84,
    ) -> None:
        self._embed = embed
        self._clock = clock
        self._size = size
        self._seconds = seconds
        self._likeness = likeness
        self._kept: OrderedDict[Hashable, _Kept[V]] = OrderedDict()
        self._alike: dict[Hashable, list[Hashable]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> V | None:
        """What was kept under the key, or under one that means the same."""
        found = self._fresh(key.exact)
        if found is None and key.alike is not None:
            found = self._near(key)
        return found.value if found else None

    def put(self, key: Key, value: V) -> None:
        """Keeps a value, in place of an older one of the same key."""
        self._forget(key.exact)
        until = self._clock.monotonic() + self._seconds
        self._kept[key.exact] = _Kept(value, until, key.alike, self._embed(key.words))
        if key.alike is not None:
            self._alike.setdefault(key.alike, []).append(key.exact)
        while len(self._kept) > self._size:
            self._forget(next(iter(self._kept)))

    def _near(self, key: Key) -> _Kept[V] | None:
        exacts = [exact for exact in self._alike.get(key.alike, ()) if exact in self._kept]
        if not exacts:
            return None
        vector = self._embed(key.words)
        cosines = np.array([self._kept[exact].vector @ vector for exact in exacts])
        best = int(cosines.argmax())
        return self._fresh(exacts[best]) if cosines[best] >= self._likeness else None

    def _fresh(self, exact: Hashable) -> _Kept[V] | None:
        kept = self._kept.get(exact)
        if kept is None:
            return None
        if kept.until <= self._clock.monotonic():
            self._forget(exact)
            return None
        self._kept.move_to_end(exact)
        return kept

    def _forget(self, exact: Hashable) -> None:
        kept = self._kept.pop(exact, None)
        if kept is not None and kept.alike is not None:
            others = self._alike[kept.alike]
            others.remove(exact)
            if not others:
                del self._alike[kept.alike]
