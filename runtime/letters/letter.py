"""A dead letter as it is kept, which ones are meant, and how they are told apart. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from runtime.dead_letter import DeadLetter


class Place(NamedTuple):
    """What a letter is about: one record of one group, the n-th time. Two letters of one place are the same letter.

    A process that ends between a letter and its commit writes the letter again.
    """

    topic: str
    partition: int
    offset: int
    group: str
    round: int

    @property
    def key(self) -> str:
        """The key of decisions about the record, whatever the round."""
        return f"{self.group}/{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Letter:
    """One record of a dead-letter topic, at its offset ``at`` there; ``written_ms`` is when it was written.

    ``value`` is ``None`` also where only the headers were asked for.
    """

    at: int
    written_ms: int
    said: DeadLetter
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]

    @property
    def ref(self) -> str:
        """What people call it: the topic and the letter's offset in that topic's dead letters."""
        return f"{self.said.topic}@{self.at}"

    @property
    def place(self) -> Place:
        """What it is about. Of a record that never was in the topic, only the letter itself is known."""
        return place_of(self.said, self.at)

    @property
    def returnable(self) -> bool:
        """Whether a consumer group failed on it, rather than a producer that never wrote it."""
        return self.said.offset >= 0


def place_of(said: DeadLetter, at: int) -> Place:
    """The place that a dead letter's headers name; ``at`` is the letter's own offset."""
    offset = said.offset if said.offset >= 0 else at
    return Place(said.topic, said.partition, offset, said.group, said.round)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which letters are meant; what is ``None`` or empty does not narrow.

    ``refs`` are whole names of letters, ``key`` is a record's key as text, or of an Avro key one of its fields' values;
    ``offsets`` are of the record in its own topic, both ends included. Times are those of the letters.
    """

    refs: frozenset[str] = frozenset()
    topic: str | None = None
    group: str | None = None
    cause: str | None = None
    key: str | None = None
    partition: int | None = None
    offsets: tuple[int, int] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is said at all."""
        return self != Selection()

    def takes(self, letter: Letter, key: Any) -> bool:
        """Whether the letter is meant; ``key`` is its record's, decoded."""
        said = letter.said
        return (
            (not self.refs or letter.ref in self.refs)
            and self.topic in (None, said.topic)
            and self.group in (None, said.group)
            and self.cause in (None, said.cause)
            and self.partition in (None, said.partition)
            and (self.offsets is None or self.offsets[0] <= said.offset <= self.offsets[1])
            and (self.since is None or letter.written_ms >= self.since.timestamp() * 1000)
            and (self.until is None or letter.written_ms < self.until.timestamp() * 1000)
            and (self.key is None or self.key in _texts(key))
        )


def _texts(key: Any) -> set[str]:
    if isinstance(key, dict):
        return {json.dumps(key, ensure_ascii=False, default=str), *map(str, key.values())}
    return {str(key)}


@dataclass(frozen=True, slots=True)
class Pile:
    """Letters of one cause, topic and group. Times are milliseconds since 1970, of the letters."""

    cause: str
    topic: str
    group: str
    count: int
    oldest_ms: int
    newest_ms: int
    example: str


def newest_of_each(letters: Iterable[Letter]) -> dict[Place, Letter]:
    """One letter a place: the one edited most, and of those the newest."""
    found: dict[Place, Letter] = {}
    for letter in letters:
        known = found.get(letter.place)
        if known is None or (letter.said.edit, letter.at) >= (known.said.edit, known.at):
            found[letter.place] = letter
    return found


def piles(letters: Iterable[Letter]) -> list[Pile]:
    """The letters grouped, the largest pile first."""
    groups: dict[tuple[str, str, str], list[Letter]] = {}
    for letter in letters:
        groups.setdefault((letter.said.cause, letter.said.topic, letter.said.group), []).append(letter)
    made = [
        Pile(
            *names,
            count=len(group),
            oldest_ms=min(each.written_ms for each in group),
            newest_ms=max(each.written_ms for each in group),
            example=group[0].ref,
        )
        for names, group in groups.items()
    ]
    return sorted(made, key=lambda pile: (-pile.count, pile.cause, pile.topic, pile.group))
