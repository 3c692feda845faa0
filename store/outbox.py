"""Events decided in a transaction and published after it, by Debezium's outbox router."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """One record to publish: ``payload`` is its value in the Confluent wire format, ``key`` its Kafka key."""

    id: UUID
    aggregate_type: str
    key: str
    topic: str
    payload: bytes

    def row(self) -> dict[str, Any]:
        """The columns as JSON has them: the payload in hexadecimal digits."""
        return {
            "id": self.id,
            "aggregate_type": self.aggregate_type,
            "aggregate_id": self.key,
            "topic": self.topic,
            "payload": self.payload.hex(),
        }


async def add(connection: AsyncConnection[Any], events: Sequence[OutboxEvent]) -> None:
    """Adds the events in the caller's transaction, in order; they are published when it commits, in that order."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO outbox (id, aggregate_type, aggregate_id, topic, payload) VALUES (%s, %s, %s, %s, %s)",
            [(event.id, event.aggregate_type, event.key, event.topic, event.payload) for event in events],
        )


def prune(connection: Connection[Any], *, keep: timedelta, chunk: int = 5000) -> int:
    """Deletes events older than ``keep``, ``chunk`` a transaction, and says how many. Blocks; for the owner's role.

    Events are read from the log, so that one which was not published yet is published although it was pruned.
    """
    deleted = 0
    while True:
        with connection.transaction():
            gone = connection.execute(
                "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < now() - %s LIMIT %s)",
                [keep, chunk],
            ).rowcount
        deleted += gone
        if gone < chunk:
            return deleted
