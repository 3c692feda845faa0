"""Where a topic's records come from and who makes what of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backoffice.catalogue.register import Register
from schemas.topic import Topic


@dataclass(frozen=True, slots=True)
class Reader:
    """A station or a team that reads the topic; ``makes`` are the topics a station makes of it."""

    name: str
    is_team: bool
    makes: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """A topic between what it is made from and who reads it.

    Every one of ``sources`` feeds every one of ``producers``. A captured topic has no sources: its table feeds it.
    """

    topic: Topic
    sources: tuple[Topic, ...]
    producers: tuple[str, ...]
    readers: tuple[Reader, ...]


def lineage(register: Register, topic: Topic) -> Lineage:
    """The topic's lineage."""
    stations = [Reader(station, False, _made(register, topic, station)) for station in topic.consumers]
    teams = [Reader(team.name, True) for team, _ in register.subscribers(topic)]
    return Lineage(topic, sources(register, topic), topic.producers, (*stations, *teams))


def sources(register: Register, topic: Topic) -> tuple[Topic, ...]:
    """The topics that ``topic`` is made from.

    An event's example says in ``source`` which table it is about, so that it is made from the topic that captures
    that table; for any other topic it is all that its producers read.
    """
    if topic.table is not None:
        return ()
    read = tuple(each for each in register.topics if each is not topic and set(each.consumers) & set(topic.producers))
    named = _captured_source(read, register.examples.get(topic.name))
    return read if named is None else (named,)


def _captured_source(topics: Sequence[Topic], example: Any) -> Topic | None:
    if not isinstance(example, Mapping):
        return None
    return next((topic for topic in topics if topic.table and uri(topic) == example.get("source")), None)


def uri(topic: Topic) -> str:
    """How an event names the captured topic's table. Raises ``ValueError`` for a topic that captures none."""
    if topic.table is None:
        raise ValueError(f"{topic.name} captures no table")
    return f"/{topic.table.database}/{topic.table.schema}/{topic.table.name}"


def _made(register: Register, topic: Topic, station: str) -> tuple[Topic, ...]:
    return tuple(each for each in register.topics if station in each.producers and topic in sources(register, each))
