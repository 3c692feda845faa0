"""How to read a topic: the programs that `balcao subscribe` prints, as the page shows them. Pure."""

from dataclasses import dataclass

from runtime.subscribe_snippets import programs
from schemas.topic import Topic

_TITLES = {"python": "Python", "java": "Java", "kcat": "kcat"}


@dataclass(frozen=True, slots=True)
class Snippet:
    """``code`` to copy; ``id`` is for the page's own links."""

    id: str
    title: str
    code: str


def snippets(topic: Topic, team: str) -> list[Snippet]:
    """Python with our client, any JVM language, and the command line; ``team`` stands where the team's name goes."""
    return [Snippet(name, _TITLES[name], code) for name, code in programs(topic, team).items()]


def command(topic: Topic, team: str) -> str:
    """The command that declares the subscription."""
    return f"balcao subscribe {topic.name} --team {team}"
