"""Schema ids without a registry: an evaluation publishes nothing, but encodes what it would publish."""

from runtime.registry import Registry
from schemas.topic import Topic


class NumberedSchemas(Registry):
    """Gives each topic the next id; nothing is connected."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def register(self, topic: Topic) -> int:
        """The topic's id."""
        return self._given.setdefault(topic.name, len(self._given) + 1)

    def close(self) -> None:
        """Nothing is open."""
