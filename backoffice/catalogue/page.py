"""What a topic's page and the index say, in one language. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from backoffice.catalogue import diagram, snippets
from backoffice.catalogue.fields import Field, fields
from backoffice.catalogue.highlight import highlighted
from backoffice.catalogue.language import Language
from backoffice.catalogue.lineage import lineage
from backoffice.catalogue.register import Register
from schemas.owners import Owner
from schemas.teams import Subscription, Team
from schemas.topic import KeyType, Topic, Visibility


@dataclass(frozen=True)
class TopicPage:
    """One topic's page."""

    topic: Topic
    owner: Owner
    public: bool
    domain_id: str
    domain: str
    key: str
    own: Sequence[Field]
    common: Sequence[Field]
    personal: Sequence[Field]
    rules: Sequence[str]
    subscribers: Sequence[tuple[Team, Subscription]]
    wide: Markup
    narrow: Markup
    example: Markup | None
    subscribe: str
    snippets: Sequence[snippets.Snippet]


@dataclass(frozen=True)
class Entry:
    """One topic in the index."""

    topic: Topic
    public: bool
    personal: bool
    subscribers: int


@dataclass(frozen=True)
class Domain:
    """A group of the index; ``public`` counts its public topics."""

    id: str
    title: str
    entries: Sequence[Entry]
    public: int


def topic_page(register: Register, topic: Topic, language: Language) -> TopicPage:
    """A topic's page."""
    rows = fields(topic.value, language)
    found = lineage(register, topic)
    team = language.say("team_placeholder")
    public = is_public(topic)
    example = register.examples.get(topic.name)
    return TopicPage(
        topic=topic,
        owner=register.owners[topic.owner],
        public=public,
        domain_id=domain_of(topic),
        domain=domain_title(domain_of(topic), language),
        key=_key(topic, language),
        own=[row for row in rows if not row.common],
        common=[row for row in rows if row.common],
        personal=[row for row in rows if row.personal],
        rules=[language.rule(rule) for rule in topic.rules],
        subscribers=register.subscribers(topic),
        wide=diagram.wide(found, language),
        narrow=diagram.narrow(found, language),
        example=None if example is None else highlighted(example),
        subscribe=snippets.command(topic, team),
        snippets=snippets.snippets(topic, team) if public else (),
    )


def domains(register: Register, language: Language) -> list[Domain]:
    """The index's groups: those with public topics first, else in the register's order."""
    groups: dict[str, list[Entry]] = {}
    for topic in register.topics:
        holds = any(row.personal for row in fields(topic.value, language))
        entry = Entry(topic, is_public(topic), holds, len(register.subscribers(topic)))
        groups.setdefault(domain_of(topic), []).append(entry)
    found = [
        Domain(
            name,
            domain_title(name, language),
            sorted(entries, key=lambda entry: not entry.public),
            sum(entry.public for entry in entries),
        )
        for name, entries in groups.items()
    ]
    return sorted(found, key=lambda domain: not domain.public)


def is_public(topic: Topic) -> bool:
    """Whether other teams may subscribe."""
    return topic.visibility is Visibility.PUBLIC


def domain_of(topic: Topic) -> str:
    """The group a topic is shown in: the first part of its name, and the database of a captured table."""
    return f"cdc_{topic.table.database}" if topic.table else topic.name.partition(".")[0]


def domain_title(name: str, language: Language) -> str:
    """What the group is called; one that has no title yet is called by its name."""
    try:
        return language.say(f"domain_{name}")
    except KeyError:
        return name.replace("-", " ").capitalize()


def _key(topic: Topic, language: Language) -> str:
    if topic.key is KeyType.AVRO and topic.table is not None:
        return language.say("key_avro", columns=", ".join(topic.table.primary_key))
    return language.say("key_text")
