"""Whether we may write to a contact first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection

from store.outcomes import Refused


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
    raise NotImplementedError
