"""What became of each command to send a message: at most one message a command, although the channel has no such key.

The sender calls ``begin`` and commits, calls the provider, then calls ``sent``, ``refused``, ``failed`` or ``unclear``.
A sender that dies in between leaves ``attempting``, which the next ``begin`` treats as unclear. What the channel
reports of the message settles an unclear attempt, through ``delivered_to``.
"""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from schemas.records.conversations import DeliveryStatus


class Decision(enum.Enum):
    """What the sender must do with a command."""

    SEND = "send"
    """Call the provider now; the attempt is recorded."""
    DONE = "done"
    """It was sent, or failed for good: do nothing."""
    WAIT = "wait"
    """The provider may have it: wait for the channel's word until the attempt is old enough to be repeated."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The newest attempt of a command; ``state`` as in the table's comment."""

    command_id: UUID
    phone_number_id: str
    contact: str
    state: str
    attempts: int
    provider_message_id: str | None
    delivery: DeliveryStatus | None
    last_attempt_at: datetime


async def begin(
    connection: AsyncConnection[Any],
    *,
    command_id: UUID,
    phone_number_id: str,
    contact: str,
    now: datetime,
    unclear_for: timedelta,
) -> Decision:
    """Decides what to do with a command and records the attempt when that is to send. Commit before sending.

    An attempt whose end is not known is repeated only when it is older than ``unclear_for`` and the channel has not
    reported the message: by then it was, as good as surely, never accepted.
    """
    async with connection.transaction():
        cursor = await connection.execute(
            """
            INSERT INTO send_attempts
                   (command_id, phone_number_id, contact, state, attempts, first_attempt_at, last_attempt_at)
            VALUES (%s, %s, %s, 'attempting', 1, %s, %s)
            ON CONFLICT (command_id) DO NOTHING
            """,
            [command_id, phone_number_id, contact, now, now],
        )
        if cursor.rowcount == 1:
            return Decision.SEND
        cursor = await connection.execute(
            "SELECT state, last_attempt_at FROM send_attempts WHERE command_id = %s FOR UPDATE", [command_id]
        )
        row = await cursor.fetchone()
        assert row is not None
        state, last_attempt_at = row
        if state in ("sent", "failed"):
            return Decision.DONE
        if state in ("attempting", "unclear") and now - last_attempt_at < unclear_for:
            return Decision.WAIT
        await connection.execute(
            """
            UPDATE send_attempts SET state = 'attempting', attempts = attempts + 1, last_attempt_at = %s
             WHERE command_id = %s
            """,
            [now, command_id],
        )
        return Decision.SEND


async def sent(connection: AsyncConnection[Any], command_id: UUID, *, provider_message_id: str, now: datetime) -> None:
    """The provider accepted it under ``provider_message_id``."""
    await connection.execute(
        """
        UPDATE send_attempts
           SET state = CASE WHEN state = 'failed' THEN 'failed' ELSE 'sent' END,
               provider_message_id = coalesce(provider_message_id, %(message)s),
               settled_at = coalesce(settled_at, %(now)s)
         WHERE command_id = %(id)s
        """,
        {"id": command_id, "message": provider_message_id, "now": now},
    )


async def refused(
    connection: AsyncConnection[Any], command_id: UUID, *, error_code: int | None, error_title: str | None
) -> None:
    """The provider certainly did not take it, and may when it is tried again (too many requests, unavailable)."""
    await _unsettled(connection, command_id, "refused", error_code, error_title)


async def unclear(connection: AsyncConnection[Any], command_id: UUID, *, error_title: str | None) -> None:
    """The request went out and no answer came: the provider may have it."""
    await _unsettled(connection, command_id, "unclear", None, error_title)


async def failed(
    connection: AsyncConnection[Any],
    command_id: UUID,
    *,
    error_code: int | None,
    error_title: str | None,
    now: datetime,
) -> None:
    """The provider refused it and always will (not a WhatsApp number, outside of the 24-hour window)."""
    await connection.execute(
        """
        UPDATE send_attempts SET state = 'failed', error_code = %s, error_title = %s, settled_at = %s
         WHERE command_id = %s AND settled_at IS NULL
        """,
        [error_code, error_title, now, command_id],
    )


async def delivered_to(
    connection: AsyncConnection[Any],
    *,
    command_id: UUID | None,
    provider_message_id: str,
    status: DeliveryStatus,
    occurred_at: datetime,
    error_code: int | None = None,
    error_title: str | None = None,
) -> bool:
    """The channel reported a step of a message, found by the command it echoes or by its own id.

    Settles the attempt, also one that is unclear. Steps only go forward (``sent``, ``delivered``, ``read``; ``failed``
    ends all but ``read``), in whatever order and however often they are reported. ``False`` for a message not ours.
    """
    cursor = await connection.execute(
        _DELIVERED,
        {
            "id": command_id,
            "message": provider_message_id,
            "status": status,
            "at": occurred_at,
            "code": error_code,
            "title": error_title,
        },
    )
    return cursor.rowcount > 0


async def unsettled(connection: AsyncConnection[Any], *, before: datetime, limit: int = 100) -> list[Attempt]:
    """The attempts begun before ``before`` whose end is not known, oldest first."""
    async with connection.cursor(row_factory=class_row(Attempt)) as cursor:
        await cursor.execute(
            _ATTEMPT
            + b" WHERE state IN ('attempting', 'unclear') AND last_attempt_at < %s ORDER BY last_attempt_at LIMIT %s",
            [before, limit],
        )
        return await cursor.fetchall()


async def get(connection: AsyncConnection[Any], command_id: UUID) -> Attempt | None:
    """The command's newest attempt."""
    async with connection.cursor(row_factory=class_row(Attempt)) as cursor:
        await cursor.execute(_ATTEMPT + b" WHERE command_id = %s", [command_id])
        return await cursor.fetchone()


async def _unsettled(
    connection: AsyncConnection[Any], command_id: UUID, state: str, error_code: int | None, error_title: str | None
) -> None:
    await connection.execute(
        """
        UPDATE send_attempts SET state = %s, error_code = %s, error_title = %s
         WHERE command_id = %s AND settled_at IS NULL
        """,
        [state, error_code, error_title, command_id],
    )


_ATTEMPT = b"""
SELECT command_id, phone_number_id, contact, state, attempts, provider_message_id, delivery, last_attempt_at
  FROM send_attempts
"""
_DELIVERED = """
WITH steps (name, height) AS (VALUES ('sent', 1), ('delivered', 2), ('failed', 3), ('read', 4))
UPDATE send_attempts AS attempt
   SET state = CASE WHEN %(status)s = 'failed' AND attempt.delivery IS DISTINCT FROM 'read' THEN 'failed'
                    WHEN attempt.state = 'failed' AND attempt.delivery = 'failed' AND %(status)s <> 'read' THEN 'failed'
                    ELSE 'sent' END,
       provider_message_id = coalesce(attempt.provider_message_id, %(message)s),
       delivery = CASE WHEN later.ahead THEN %(status)s ELSE attempt.delivery END,
       delivery_at = CASE WHEN later.ahead THEN %(at)s ELSE attempt.delivery_at END,
       error_code = CASE WHEN later.ahead THEN %(code)s ELSE attempt.error_code END,
       error_title = CASE WHEN later.ahead THEN %(title)s ELSE attempt.error_title END,
       settled_at = coalesce(attempt.settled_at, %(at)s)
  FROM send_attempts AS found
 CROSS JOIN LATERAL (
      SELECT coalesce((SELECT height FROM steps WHERE name = %(status)s), 0)
           > coalesce((SELECT height FROM steps WHERE name = found.delivery), 0) AS ahead
 ) AS later
 WHERE attempt.command_id = found.command_id
   AND (found.command_id = %(id)s::uuid OR found.provider_message_id = %(message)s)
"""
