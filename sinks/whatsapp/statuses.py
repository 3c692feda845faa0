"""Settles attempts by what the channel reports of them."""

from uuid import UUID

from runtime import metrics
from runtime.processor import Outcome, Processor
from runtime.records import Batch
from schemas.records.conversations import DeliveryUpdate
from schemas.topics import DELIVERY
from store import send_attempts
from store.pool import Pool


class Statuses(Processor):
    """Takes ``DeliveryUpdate``s; one of a message that is not ours changes nothing. ``pool`` comes closed."""

    name = "statuses"
    topics = (DELIVERY,)

    def __init__(self, *, pool: Pool) -> None:
        self._pool = pool

    async def start(self) -> None:
        await self._pool.open(wait=True)

    async def stop(self) -> None:
        await self._pool.close()

    async def process(self, batch: Batch) -> Outcome:
        """One transaction a batch; updates go forward only, so that a repeated batch changes nothing."""
        async with self._pool.connection() as connection, connection.transaction():
            for record in batch.records:
                update: DeliveryUpdate = record.value
                ours = await send_attempts.delivered_to(
                    connection,
                    command_id=command_of(update),
                    provider_message_id=update["message_id"],
                    status=update["status"],
                    occurred_at=update["occurred_at"],
                    error_code=_fits(update["error_code"]),
                    error_title=update["error_title"],
                )
                metrics.DELIVERIES.labels(update["status"] if ours else "unknown").inc()
        return Outcome()


def command_of(update: DeliveryUpdate) -> UUID | None:
    """Our command's id; ``None`` when the update echoes none, or another sender's data."""
    try:
        return UUID(update["command_id"] or "")
    except ValueError:
        return None


def _fits(code: int | None) -> int | None:
    """The code, when the column can hold it."""
    return code if code is not None and abs(code) < 2**31 else None
