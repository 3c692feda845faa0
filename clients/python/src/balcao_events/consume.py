"""The short way to read a topic: one loop."""

import threading
from collections.abc import Iterator
from typing import Literal, TypeVar

from balcao_events.config import Config
from balcao_events.consumer import Consumer, OnBad
from balcao_events.records import Event
from balcao_events.seen import Seen
from balcao_events.topic import Topic

T = TypeVar("T", bound=Event)


def consume(
    topic: Topic[T],
    *,
    group: str,
    config: Config | None = None,
    start: Literal["earliest", "latest"] = "earliest",
    on_bad: OnBad | None = None,
    deduplicate: Seen | bool = True,
    stop: threading.Event | None = None,
) -> Iterator[T]:
    """The events of a topic, one by one, until ``stop`` is set; ``Consumer`` says what the arguments mean.

    An event is committed after the loop's body ended without an exception; the event in hand at an exception or a
    ``break`` comes again. Closes the consumer when the loop ends.
    """
    with Consumer(
        topic, group=group, config=config, start=start, on_bad=on_bad, deduplicate=deduplicate, stop=stop
    ) as consumer:
        for received in consumer:
            yield received.event
