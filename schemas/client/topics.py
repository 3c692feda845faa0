"""The client's list of topics. Pure."""

import re
from collections.abc import Sequence

from schemas.client.module import domain_of
from schemas.client.text import MARK, docstring
from schemas.owners import OWNERS
from schemas.topic import Topic


def constant_of(topic: Topic) -> str:
    """What the topic is called in the client: ``PRICE_CHANGED`` for the record type ``PriceChanged``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", topic.value.__name__).upper()


def topics_module(topics: Sequence[Topic]) -> str:
    """``balcao_events.topics``: a constant a topic. Raises ``ValueError`` when two would have one name."""
    names = [constant_of(topic) for topic in topics]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two public topics would be {twice[0]} in the client; give their record types other names")
    domains = sorted({domain_of(topic) for topic in topics})
    parts = [
        docstring("The topics you can subscribe to, each with the class of its records."),
        f"\n{MARK}\n",
        "\nfrom datetime import date\n\n" if any(topic.sunset for topic in topics) else "\n",
        f"from balcao_events.records import Event, {', '.join(domains)}\n",
        "from balcao_events.topic import Topic\n\n",
        *(_constant(name, topic) for name, topic in zip(names, topics, strict=True)),
        "\nALL: tuple[Topic[Event], ...] = (\n",
        *(f"    {name},\n" for name in names),
        ")\n\nBY_NAME = {topic.name: topic for topic in ALL}\n",
    ]
    return "".join(parts)


def _constant(name: str, topic: Topic) -> str:
    fields = [f'name="{topic.name}"', f"record={domain_of(topic)}.{topic.value.__name__}", f'owner="{topic.owner}"']
    fields.append(f'contact="{OWNERS[topic.owner].contact}"')
    if topic.sunset is not None:
        day = topic.sunset
        fields.append(f"sunset=date({day.year}, {day.month}, {day.day})")
    if topic.successor is not None:
        fields.append(f'successor="{topic.successor}"')
    inside = "".join(f"    {field},\n" for field in fields)
    return f"{name} = Topic(\n{inside})\n{docstring(topic.description)}"
