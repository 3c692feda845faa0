"""What a topic promises, as plain values that can be kept in a file and compared with what it promised before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from schemas.avro import required, split
from schemas.envelope import schema_of
from schemas.marks import Personal
from schemas.rules import Rule
from schemas.teams import Subscription
from schemas.topic import Avro, Topic, Visibility

DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as a reader sees it; ``parameters`` are the rule's own, as text, so that bounds can be compared."""

    name: str
    text: str
    kind: str = ""
    parameters: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One topic's promises. ``retention_ms`` of -1 is for ever; ``personal`` maps a field's path to the reason.

    ``captured`` says that the value is Debezium's envelope: a row's field stands under ``before`` and ``after``.
    """

    name: str
    schema: Avro
    description: str = ""
    owner: str = ""
    producers: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    visibility: str = Visibility.INTERNAL.value
    key: str = "text"
    partitions: int = 4
    retention_ms: int = 7 * DAY_MS
    cleanup: str = "delete"
    rules: tuple[RuleText, ...] = ()
    sunset: date | None = None
    successor: str | None = None
    revisions: tuple[tuple[date, str], ...] = ()
    personal: Mapping[str, str] = field(default_factory=dict)
    captured: bool = False

    @property
    def public(self) -> bool:
        """Whether other teams may subscribe."""
        return self.visibility == Visibility.PUBLIC.value


@dataclass(frozen=True, slots=True)
class Contracts:
    """The whole register's promises, and who counts on them.

    ``teams`` maps a team's name to its contact. ``schemas_only`` marks a register of which only the schemas are known;
    ``history`` holds the schemas a topic had before the one it has, as far as they are known.
    """

    topics: Mapping[str, Contract]
    teams: Mapping[str, str] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    schemas_only: bool = False
    history: Mapping[str, tuple[Avro, ...]] = field(default_factory=dict)


def current() -> Contracts:
    """The contracts of the register in memory. Pure."""
    from schemas.teams import SUBSCRIPTIONS, TEAMS
    from schemas.topics import TOPICS

    topics = {topic.name: contract_of(topic) for topic in sorted(TOPICS, key=lambda topic: topic.name)}
    subscriptions = tuple(sorted(SUBSCRIPTIONS, key=lambda each: (each.team, each.topic)))
    return Contracts(topics, {name: TEAMS[name].contact for name in sorted(TEAMS)}, subscriptions)


def contract_of(topic: Topic) -> Contract:
    """What the topic promises. Pure."""
    return Contract(
        name=topic.name,
        schema=schema_of(topic),
        description=topic.description,
        owner=topic.owner,
        producers=topic.producers,
        consumers=topic.consumers,
        visibility=topic.visibility.value,
        key=topic.key.value,
        partitions=topic.partitions,
        retention_ms=int(topic.broker_config()["retention.ms"]),
        cleanup=topic.cleanup.value,
        rules=tuple(map(_rule, topic.rules)),
        sunset=topic.sunset,
        successor=topic.successor,
        revisions=tuple((revision.on, revision.text) for revision in topic.revisions),
        personal=dict(_personal(topic.value, ())),
        captured=topic.table is not None,
    )


def _rule(rule: Rule) -> RuleText:
    # a rule that is no dataclass has its text only
    values: dict[str, Any] = (
        {each.name: getattr(rule, each.name) for each in fields(rule)} if is_dataclass(rule) else {}
    )
    parameters = {name: None if value is None else _text(value) for name, value in values.items()}
    return RuleText(rule.name, rule.text, type(rule).__name__.lower(), parameters)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _personal(cls: type, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, hint in get_type_hints(cls, include_extras=True).items():
        inner, marks = split(hint)
        at = (*path, name)
        yield from ((".".join(at), mark.reason) for mark in marks if isinstance(mark, Personal))
        held = required(inner)
        while get_origin(held) in (list, dict):
            held, marks = split(get_args(held)[-1])
            yield from ((".".join(at), mark.reason) for mark in marks if isinstance(mark, Personal))
        if is_typeddict(held):
            yield from _personal(held, at)


def subscribers(subscriptions: Iterable[Subscription], topic: str) -> list[Subscription]:
    """The subscriptions to one topic, in the register's order."""
    return [each for each in subscriptions if each.topic == topic]
