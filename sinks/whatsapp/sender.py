"""Sends replies: at most one message a command, in order within a contact.

The channel has no idempotency key. An attempt is recorded before the provider is called; an attempt whose end is not
known waits for the channel's own word on the message, and only a silence of ``unclear_seconds`` lets it be repeated.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from runtime import metrics
from runtime.clock import Clock
from runtime.errors import BadRecord
from runtime.processor import KeyedProcessor
from runtime.records import Record
from runtime.retry import Backoff, retry
from schemas.records.conversations import Reply
from schemas.topic import Topic
from schemas.topics import REPLY
from sinks.whatsapp.cloud_api import CloudApi
from sinks.whatsapp.gate import Gate
from sinks.whatsapp.outcome import Accepted, Failed, Outcome, Refused
from store import send_attempts
from store.pool import Pool
from store.send_attempts import Decision

log = structlog.get_logger(__name__)

T = TypeVar("T")

_AWAY = (psycopg.OperationalError, PoolTimeout)
_PATIENCE = Backoff(first=0.1, ceiling=5.0, attempts=None)
"""A database that is away is waited for: what the provider answered must not be forgotten."""
_AGAIN = Backoff(first=1.0, ceiling=60.0, attempts=None)
_LOOK_SECONDS = 0.5


class Sender(KeyedProcessor):
    """Takes ``Reply`` commands. ``pool`` comes closed, as ``platform_sender``."""

    name = "sender"
    topics = (REPLY,)

    def __init__(self, *, pool: Pool, api: CloudApi, clock: Clock, unclear_seconds: float) -> None:
        self._pool = pool
        self._api = api
        self._clock = clock
        self._gate = Gate(clock)
        self._unclear_for = timedelta(seconds=unclear_seconds)

    async def start(self) -> None:
        await self._pool.open(wait=True)
        await self._api.open()

    async def stop(self) -> None:
        await self._api.close()
        await self._pool.close()

    def key(self, record: Record) -> str:
        return str(record.value["contact"])

    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        """Returns when the command is settled: sent, or failed for good."""
        reply: Reply = record.value
        command = _command(reply)
        refusals = 0
        while True:
            await self._gate.passed()
            decision = await self._stored(partial(self._begin, command=command, reply=reply))
            if decision is Decision.DONE:
                return
            if decision is Decision.WAIT:
                await self._clock.sleep(_LOOK_SECONDS)
                continue
            outcome = await self._api.send(reply)
            metrics.SENDS.labels(type(outcome).__name__.lower()).inc()
            await self._stored(partial(self._settle, command=command, outcome=outcome))
            if isinstance(outcome, Accepted | Failed):
                return
            if isinstance(outcome, Refused):
                refusals += 1
                await self._hold_back(outcome, refusals)

    async def _begin(self, connection: AsyncConnection[Any], command: UUID, reply: Reply) -> Decision:
        return await send_attempts.begin(
            connection,
            command_id=command,
            phone_number_id=reply["phone_number_id"],
            contact=reply["contact"],
            now=self._now(),
            unclear_for=self._unclear_for,
        )

    async def _settle(self, connection: AsyncConnection[Any], command: UUID, outcome: Outcome) -> None:
        if isinstance(outcome, Accepted):
            message_id = outcome.provider_message_id
            await send_attempts.sent(connection, command, provider_message_id=message_id, now=self._now())
            return
        if isinstance(outcome, Failed):
            log.warning("the provider refuses the message for good", command=str(command), code=outcome.code)
            await send_attempts.failed(
                connection, command, error_code=outcome.code, error_title=outcome.title, now=self._now()
            )
        elif isinstance(outcome, Refused):
            log.warning("the provider refuses for now", command=str(command), code=outcome.code, title=outcome.title)
            await send_attempts.refused(connection, command, error_code=outcome.code, error_title=outcome.title)
        else:
            log.warning("the provider may have the message", command=str(command), reason=outcome.reason)
            await send_attempts.unclear(connection, command, error_title=outcome.reason)

    async def _hold_back(self, refused: Refused, refusals: int) -> None:
        """Waits before the next try; all contacts do when the refusal was not about this one."""
        seconds = refused.after_seconds or _AGAIN.delay(refusals)
        if refused.everyone:
            self._gate.close_for(seconds)
        else:
            await self._clock.sleep(seconds)

    async def _stored(self, work: Callable[[AsyncConnection[Any]], Awaitable[T]]) -> T:
        """The result of ``work`` on a connection, tried until the database has it."""

        async def once() -> T:
            async with self._pool.connection() as connection:
                return await work(connection)

        return await retry(once, backoff=_PATIENCE, on=_AWAY, clock=self._clock)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)


def _command(reply: Reply) -> UUID:
    try:
        return UUID(reply["command_id"])
    except ValueError:
        raise BadRecord("no-uuid", "the command's id is no UUID") from None
