"""Registers and brokers that tests make up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any

from confluent_kafka import KafkaError, KafkaException

from backoffice.catalogue.live import Place, Spec
from backoffice.catalogue.register import Register
from schemas.marks import Doc, Personal
from schemas.owners import Owner
from schemas.records.event import EventEnvelope
from schemas.teams import Subscription, Team
from schemas.topic import Revision, Table, Topic, Visibility

EVIL = "<script>alert('x')</script>&\"'"


class Visited(EventEnvelope):
    """Somebody came."""

    visitor: Annotated[str, Doc(f"Who came {EVIL}"), Personal(f"name {EVIL}")]
    note: Annotated[str | None, Doc("What was said.")]


def visits(**fields: Any) -> Topic:
    """A public topic whose texts are hostile."""
    given: dict[str, Any] = {
        "name": "visits.came.v1",
        "value": Visited,
        "description": f"Visits {EVIL}.",
        "owner": f"front {EVIL}",
        "producers": ("streams.visits",),
        "visibility": Visibility.PUBLIC,
        "revisions": (Revision(date(2026, 1, 2), f"Changed {EVIL}"),),
    }
    return Topic(**{**given, **fields})


def table(name: str, *consumers: str) -> Topic:
    """A captured table of the tests' own."""
    return Topic(
        name=f"cdc.front.public.{name}",
        value=Visited,
        description=f"Changes of {name}.",
        owner="front",
        producers=("connectors.postgres",),
        consumers=consumers,
        table=Table("front", "public", name, ("id",)),
    )


def register_of(*topics: Topic, source: str = "/front/public/doors", subscribed: bool = True) -> Register:
    """A register of those topics; each public one has a hostile example and one team that reads it."""
    public = [topic for topic in topics if topic.visibility is Visibility.PUBLIC]
    examples: Mapping[str, Any] = {
        topic.name: {"id": "1", "source": source, "visitor": EVIL, "note": None} for topic in public
    }
    team = Team("guards", f"Guards {EVIL}.", "guards@balcao.example")
    subscriptions = [Subscription("guards", topic.name, f"Counts {EVIL}.", ("visitor",)) for topic in public]
    owners = {topic.owner: Owner(topic.owner, "front@balcao.example", f"#front {EVIL}") for topic in topics}
    return Register(topics, examples, owners, {"guards": team}, subscriptions if subscribed else [])


def retired(topic: Topic, successor: Topic, on: date) -> Topic:
    """The topic, to be replaced on that day."""
    return replace(topic, sunset=on, successor=successor.name)


@dataclass
class FakeBroker:
    """Partitions as lists of records' times in milliseconds; ``away`` makes it not answer. Counts its questions."""

    logs: dict[Place, list[int]] = field(default_factory=dict)
    first: int = 0
    away: bool = False
    asked: int = 0

    def positions(self, places: Iterable[Place], spec: Spec) -> dict[Place, tuple[int, int]]:
        self.asked += 1
        if self.away:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        return {place: self._position(self.logs[place], spec) for place in places if place in self.logs}

    def _position(self, log: list[int], spec: Spec) -> tuple[int, int]:
        if spec == "first":
            return self.first, -1
        if spec == "end":
            return self.first + len(log), -1
        if spec == "newest":
            return (self.first + log.index(max(log)), max(log)) if log else (-1, -1)
        later = [at for at, time in enumerate(log) if time >= int(spec)]
        return (self.first + later[0], log[later[0]]) if later else (-1, -1)
