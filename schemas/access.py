"""Who may do what at the broker: access lists and quotas, derived from the register, the stations and the teams.

Whoever is not named here may do nothing. A station signs in as the name that the register gives it, a team as
``team.<name>``, so that no team can ever be called like a station.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from schemas.teams import SUBSCRIPTIONS, TEAMS, Subscription, Team
from schemas.topic import Topic, Visibility
from schemas.topics import TOPICS

FILE = "access.json"
ADMIN = "admin"
"""The principal that may do everything: it applies the register, tails, replays."""
BROKER = "broker"
"""The principal that brokers use among themselves."""
CAPTURE = "connectors.postgres"
"""Kafka Connect with Debezium."""
CONNECT = "balcao.connect"
"""Connect's consumer group; its own three topics start with this name and a dot."""
CATALOGUE = "backoffice.catalogue"
"""The principal of the catalogue's pages: it sees how far topics are, and reads no record."""
HEARTBEATS = "__debezium-heartbeat."
"""Debezium's own topics, made by Connect."""
SIGNALS = "debezium_signal"
"""The table that tells Debezium to take a snapshot; it is captured with the others, into a topic that Connect makes."""

Resource = Literal["topic", "group"]
Operation = Literal["read", "write", "describe", "create", "describe_configs"]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One permission: ``principal`` may do ``operation`` on the resource, or on all whose name starts with ``name``.

    There are only permissions to allow; what no grant allows is denied.
    """

    principal: str
    resource: Resource
    name: str
    operation: Operation
    prefixed: bool = False


@dataclass(frozen=True, slots=True)
class Station:
    """A process that signs in. ``name`` is the register's, ``command`` that of `balcao run`.

    ``outbox``: its records reach their topics through the platform's outbox, which Connect publishes.
    ``sets_aside``: it takes what others send us over HTTP, and puts what is no record into dead-letter topics itself.
    """

    name: str
    command: str
    outbox: bool = False
    sets_aside: bool = False

    @property
    def group(self) -> str:
        """Its consumer group."""
        return f"balcao.{self.command}"


STATIONS: tuple[Station, ...] = (
    Station("connectors.whatsapp", "webhook", sets_aside=True),
    Station("streams", "streams"),
    Station("streams.events", "events"),
    Station("agents.customer", "customer", outbox=True),
    Station("sinks.bigquery", "bigquery"),
    Station("sinks.qdrant", "qdrant"),
    Station("sinks.whatsapp", "whatsapp"),
)
BY_COMMAND = {station.command: station for station in STATIONS}
PRINCIPALS = (*(station.name for station in STATIONS), CAPTURE, CATALOGUE)
"""Everybody of ours who signs in and is neither the broker nor the administrator."""


def principal(team: str) -> str:
    """The name that the team signs in with."""
    return f"team.{team}"


def consumer_group(team: str, topic: str) -> str:
    """The consumer group that the team is told to use; any other that starts with ``<team>.`` works as well."""
    return f"{team}.{topic}"


def replay_topic(team: str, topic: str) -> str:
    """The team's private topic that `balcao topics replay` copies records of ``topic`` into."""
    return f"{team}.replay.{topic}"


def retry_topic(group: str) -> str:
    """The topic through which dead letters come back to one consumer group, and to no other."""
    return f"{group}.retry"


def groups(topics: Iterable[Topic] = TOPICS) -> list[str]:
    """The consumer groups of the stations that read a topic."""
    names = {name for topic in topics for name in topic.consumers}
    return [station.group for station in STATIONS if station.name in names]


def stations(topics: Iterable[Topic] = TOPICS) -> list[Grant]:
    """What each station may do, sorted. Pure."""
    known = tuple(topics)
    found = set(_capture(known))
    for station in STATIONS:
        found |= set(_station(station, known))
    for topic in known:
        found |= set(_on(CATALOGUE, "topic", topic.name, "describe"))
    return sorted(found)


def teams(subscriptions: Iterable[Subscription] = SUBSCRIPTIONS) -> list[Grant]:
    """What each team may do by what it declared, sorted. Pure."""
    found: set[Grant] = set()
    for subscription in subscriptions:
        found |= set(team(subscription.team, subscription.topic))
    return sorted(found)


def team(name: str, topic: str) -> list[Grant]:
    """What a team that subscribes to ``topic`` may do: read it, and its own groups and replays. Pure."""
    who = principal(name)
    return sorted(
        {
            *_on(who, "topic", topic, "read", "describe"),
            *_on(who, "group", f"{name}.", "read", "describe", prefixed=True),
            *_on(who, "topic", replay_topic(name, ""), "read", "describe", prefixed=True),
        }
    )


def quotas(known: Iterable[Team] = tuple(TEAMS.values())) -> dict[str, int]:
    """How many bytes a second each team's principal may read from a broker. Pure."""
    return {principal(team.name): team.consume_bytes_per_second for team in known}


def public(topics: Iterable[Topic] = TOPICS) -> list[Topic]:
    """The topics that a team may subscribe to."""
    return [topic for topic in topics if topic.visibility is Visibility.PUBLIC]


def document() -> dict[str, Any]:
    """All of it as one JSON document, for people and other tools: grants and quota by principal."""
    limits = quotas()
    grants = [*stations(), *teams()]
    names = sorted({grant.principal for grant in grants} | set(limits))
    return {
        "super_users": sorted((ADMIN, BROKER)),
        "principals": {
            name: {
                **({"consumer_byte_rate": limits[name]} if name in limits else {}),
                "allow": [
                    f"{grant.operation} {grant.resource} {grant.name}{'*' if grant.prefixed else ''}"
                    for grant in grants
                    if grant.principal == name
                ],
            }
            for name in names
        },
    }


def render() -> str:
    """``document`` as the text of ``FILE``."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _station(station: Station, topics: tuple[Topic, ...]) -> Iterator[Grant]:
    who = station.name
    consumed = [topic for topic in topics if who in topic.consumers]
    produced = [topic for topic in topics if who in topic.producers]
    for topic in consumed:
        yield from _on(who, "topic", topic.name, "read", "describe")
    if consumed:
        yield from _on(who, "group", station.group, "read", "describe")
        yield from _on(who, "topic", retry_topic(station.group), "read", "describe")
    written = [] if station.outbox else [topic.name for topic in produced]
    written += [topic.dead_letter for topic in consumed]
    written += [topic.dead_letter for topic in produced] if station.sets_aside else []
    # The right to write any topic is the right to an idempotent producer, too (KIP-679).
    for name in written:
        yield from _on(who, "topic", name, "write", "describe")


def _capture(topics: tuple[Topic, ...]) -> Iterator[Grant]:
    outbox = {station.name for station in STATIONS if station.outbox}
    for topic in topics:
        if CAPTURE in topic.producers or outbox & set(topic.producers):
            yield from _on(CAPTURE, "topic", topic.name, "write", "describe")
    tables = [(topic.name, topic.table.name) for topic in topics if topic.table is not None]
    for name in {name.removesuffix(table) + SIGNALS for name, table in tables}:
        yield from _on(CAPTURE, "topic", name, "create", "write", "describe")
    yield from _on(CAPTURE, "topic", HEARTBEATS, "create", "write", "describe", prefixed=True)
    everything: tuple[Operation, ...] = ("create", "read", "write", "describe", "describe_configs")
    yield from _on(CAPTURE, "topic", f"{CONNECT}.", *everything, prefixed=True)
    yield from _on(CAPTURE, "group", CONNECT, "read", "describe")


def _on(who: str, resource: Resource, name: str, *operations: Operation, prefixed: bool = False) -> Iterator[Grant]:
    for operation in operations:
        yield Grant(who, resource, name, operation, prefixed)
