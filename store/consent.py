"""Whether we may write to a contact first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection

from store.outcomes import Refused, refused
from store.requests import Request, once


@dataclass(frozen=True, slots=True)
class ConsentSet:
    """What holds now, and whether it did not before."""

    consent: Literal["granted", "revoked"]
    changed: bool


async def set_consent(
    connection: AsyncConnection[Any],
    *,
    request_id: UUID,
    pharmacy_id: int,
    contact_id: int,
    consent: Literal["granted", "revoked"],
    now: datetime,
) -> ConsentSet | Refused:
    """Gives or takes back the contact's consent. Once for a ``request_id``."""

    async def effect() -> ConsentSet | Refused:
        parameters = {"contact": contact_id, "pharmacy": pharmacy_id, "consent": consent, "now": now}
        cursor = await connection.execute(_SET, parameters)
        if (row := await cursor.fetchone()) is None:
            return refused("not_found")
        return ConsentSet(consent, changed=row[0] != consent)

    return await once(connection, Request(request_id, "set_consent", pharmacy_id, contact_id, now, ConsentSet), effect)


_SET = """
WITH before AS (
    SELECT id, consent FROM contacts WHERE id = %(contact)s AND pharmacy_id = %(pharmacy)s FOR UPDATE
), changed AS (
    UPDATE contacts SET consent = %(consent)s, consent_at = %(now)s
      FROM before WHERE contacts.id = before.id AND before.consent <> %(consent)s
)
SELECT consent FROM before
"""
