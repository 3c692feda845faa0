"""Captured changes -> domain events, confirmed by the broker before their offsets are committed."""

from collections.abc import Callable, Mapping, Sequence

from runtime.avro.wanted import Wanted
from runtime.codec import Encoder
from runtime.errors import BadRecord
from runtime.processor import Outcome, Processor
from runtime.producer import Message, Producer
from runtime.records import Batch, Record
from runtime.registering import registered
from schemas.events import EVENTS
from schemas.topic import Topic
from streams.events.change import Decider
from streams.events.deciders import DECIDERS

_TOGETHER = 500
"""Changes whose events are handed over at once: those travel while the next are made."""


class DomainEvents(Processor):
    """Emits the events each captured change stands for, keyed by the subject's id.

    A change whose event breaks a rule of its topic goes to the dead letters, with none of its events produced. A batch
    that is tried again produces the same events with the same ids.
    """

    name = "events"
    pace_seconds = 0.2
    longest_pace_seconds = 0.5

    def __init__(
        self,
        producer: Callable[[], Producer],
        encoder: Encoder,
        *,
        deciders: Mapping[Topic, Decider] = DECIDERS,
        events: Sequence[Topic] = EVENTS,
    ) -> None:
        self.topics = tuple(deciders)
        self._deciders = {topic.name: decider for topic, decider in deciders.items()}
        self._events = events
        self._connect = producer
        self._encoder = encoder

    def wanted(self, topic: Topic) -> Wanted:
        """What the topic's decider reads."""
        return self._deciders[topic.name].wanted

    async def start(self) -> None:
        """Open the producer, and register the events' types, which waits for a registry that is away."""
        self._producer = self._connect()
        await registered(self._encoder, *self._events, group="balcao.events")

    async def stop(self) -> None:
        """Close the producer; what was sent is confirmed already."""
        await self._producer.close()

    async def process(self, batch: Batch) -> Outcome:
        """Decide and produce a batch; returns when the broker confirmed every event."""
        decide, encode = self._deciders[batch.topic.name].decide, self._encoder.encode
        sending = self._producer.sending()
        rejected: list[tuple[Record, BadRecord]] = []
        for start in range(0, len(batch.records), _TOGETHER):
            messages: list[Message] = []
            for record in batch.records[start : start + _TOGETHER]:
                try:
                    messages += [
                        Message(topic.name, value["subject"], encode(topic, value))
                        for topic, value in decide(record.value)
                    ]
                except BadRecord as error:
                    rejected.append((record, error))
            await sending.put(messages)
        await sending.confirmed()
        return Outcome(rejected=rejected)
