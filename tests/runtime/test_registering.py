"""A station that starts while the schema registry is away waits for it, and says so."""

import pytest
from prometheus_client import REGISTRY

from runtime.clock import ManualClock
from runtime.codec import Encoder
from runtime.registering import registered
from runtime.registry import RegistryUnavailable, SchemaRefusedError
from schemas.topic import Topic
from tests.runtime.fakes import FakeRegistry, counted

pytestmark = pytest.mark.unit
TOPICS = (counted("test.one"), counted("test.two"))


class Away(FakeRegistry):
    """Fails each other time, as one whose connections to its database broke."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.asked = 0
        self._error = error

    def register(self, topic: Topic) -> int:
        self.asked += 1
        if self.asked % 2:
            raise self._error
        return super().register(topic)


def waits(group: str) -> float | None:
    return REGISTRY.get_sample_value("balcao_waits_for", {"group": group, "cause": "registry"})


async def test_it_waits_and_says_so_and_then_writes() -> None:
    clock, registry = ManualClock(), Away(RegistryUnavailable("not now"))
    encoder = Encoder(registry)  # type: ignore[arg-type]
    await registered(encoder, *TOPICS, group="test.registering", clock=clock)
    assert (registry.asked, len(clock.slept)) == (4, 2)
    assert waits("test.registering") == 0
    for topic in TOPICS:
        assert encoder.encode(topic, {"number": 1, "text": None})


async def test_a_schema_that_is_refused_is_not_tried_again() -> None:
    registry = Away(SchemaRefusedError("it breaks its readers"))
    encoder = Encoder(registry)  # type: ignore[arg-type]
    with pytest.raises(SchemaRefusedError):
        await registered(encoder, *TOPICS, group="test.refused", clock=ManualClock())
    assert registry.asked == 1
