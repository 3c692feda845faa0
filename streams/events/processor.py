"""Captured orders -> ``orders.status-changed.v1``."""

from collections.abc import Callable

from runtime.codec import Encoder
from runtime.errors import BadRecord
from runtime.processor import Outcome, Processor
from runtime.producer import Message, Producer
from runtime.records import Batch, Record
from schemas.captured import CAPTURED
from schemas.topic import Topic
from schemas.topics import ORDER_STATUS_CHANGED
from streams.order_status import status_changed


class OrderEvents(Processor):
    """Emits one event for each change of an order's status, keyed by the order's id."""

    def __init__(
        self,
        producer: Callable[[], Producer],
        encoder: Encoder,
        *,
        captured: Topic = CAPTURED["orders"],
        event: Topic = ORDER_STATUS_CHANGED,
    ) -> None:
        self.name = "orders"
        self.topics = (captured,)
        self._connect = producer
        self._encoder = encoder
        self._event = event

    async def start(self) -> None:
        """Open the producer. Blocks on the registry once."""
        self._producer = self._connect()
        self._encoder.prepare(self._event)

    async def stop(self) -> None:
        """Close the producer; what was sent is confirmed already."""
        await self._producer.close()

    async def process(self, batch: Batch) -> Outcome:
        """Decide and produce a batch; returns when the broker confirmed every event."""
        messages: list[Message] = []
        rejected: list[tuple[Record, BadRecord]] = []
        for record in batch.records:
            try:
                event = status_changed(record.value)
                if event is not None:
                    value = self._encoder.encode(self._event, event)
                    messages.append(Message(self._event.name, event["subject"], value))
            except BadRecord as error:
                rejected.append((record, error))
        if messages:
            await self._producer.send(messages)
        return Outcome(rejected=rejected)
