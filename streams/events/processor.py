"""Captured changes -> domain events, confirmed by the broker before their offsets are committed."""

from collections.abc import Callable, Mapping, Sequence

from runtime.codec import Encoder
from runtime.errors import BadRecord
from runtime.processor import Outcome, Processor
from runtime.producer import Message, Producer
from runtime.records import Batch, Record
from schemas.events import EVENTS
from schemas.topic import Topic
from streams.events.change import Decide
from streams.events.deciders import DECIDERS


class DomainEvents(Processor):
    """Emits the events each captured change stands for, keyed by the subject's id.

    A change whose event breaks a rule of its topic goes to the dead letters, with none of its events produced. A batch
    that is tried again produces the same events with the same ids.
    """

    name = "events"
    pace_seconds = 0.02

    def __init__(
        self,
        producer: Callable[[], Producer],
        encoder: Encoder,
        *,
        deciders: Mapping[Topic, Decide] = DECIDERS,
        events: Sequence[Topic] = EVENTS,
    ) -> None:
        self.topics = tuple(deciders)
        self._deciders = {topic.name: decide for topic, decide in deciders.items()}
        self._events = events
        self._connect = producer
        self._encoder = encoder

    async def start(self) -> None:
        """Open the producer. Blocks on the registry once for each event."""
        self._producer = self._connect()
        self._encoder.prepare(*self._events)

    async def stop(self) -> None:
        """Close the producer; what was sent is confirmed already."""
        await self._producer.close()

    async def process(self, batch: Batch) -> Outcome:
        """Decide and produce a batch; returns when the broker confirmed every event."""
        decide, encode = self._deciders[batch.topic.name], self._encoder.encode
        messages: list[Message] = []
        rejected: list[tuple[Record, BadRecord]] = []
        for record in batch.records:
            try:
                messages += [
                    Message(topic.name, value["subject"], encode(topic, value)) for topic, value in decide(record.value)
                ]
            except BadRecord as error:
                rejected.append((record, error))
        if messages:
            await self._producer.send(messages)
        return Outcome(rejected=rejected)
