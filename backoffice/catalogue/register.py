"""What the catalogue is made from: the register, or a test's own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.owners import Owner
from schemas.teams import Subscription, Team
from schemas.topic import Topic


@dataclass(frozen=True)
class Register:
    """Topics in the order shown, each one's example as JSON by the topic's name, who owns them, and who subscribed."""

    topics: Sequence[Topic]
    examples: Mapping[str, Any]
    owners: Mapping[str, Owner]
    teams: Mapping[str, Team]
    subscriptions: Sequence[Subscription]

    @cached_property
    def by_name(self) -> Mapping[str, Topic]:
        """Topics by name."""
        return {topic.name: topic for topic in self.topics}

    def subscribers(self, topic: Topic) -> list[tuple[Team, Subscription]]:
        """The teams that subscribed to the topic, in the order declared. Raises ``KeyError`` for an unknown team."""
        return [(self.teams[each.team], each) for each in self.subscriptions if each.topic == topic.name]


def current() -> Register:
    """The platform's register. Reads the examples' files; a topic that has none is left out of ``examples``."""
    from schemas import example
    from schemas.owners import OWNERS
    from schemas.teams import SUBSCRIPTIONS, TEAMS
    from schemas.topics import TOPICS

    paths = {topic.name: example.path_of(topic) for topic in TOPICS}
    examples = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()}
    return Register(TOPICS, examples, OWNERS, TEAMS, SUBSCRIPTIONS)
