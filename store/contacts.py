"""Who writes to us, and for which pharmacy."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import AsyncConnection
from psycopg.rows import class_row

_MOBILE_DIGITS = 11
"""DDD and nine digits; the channel knows many Brazilian mobiles by the eight they had before 2012-2016."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A known contact and the pharmacy this person speaks for."""

    contact_id: int
    name: str
    role: str
    consent: Literal["granted", "revoked"]
    consent_at: datetime
    pharmacy_id: int
    pharmacy: str
    cnpj: str
    city: str
    state: str
    pharmacy_status: Literal["pending", "active", "blocked", "closed"]


async def by_whatsapp_id(connection: AsyncConnection[Any], whatsapp_id: str) -> Contact | None:
    """The contact with this WhatsApp id, or ``None`` for a stranger.

    A Brazilian mobile is found with and without its ninth digit; the id exactly as given wins.
    """
    async with connection.cursor(row_factory=class_row(Contact)) as cursor:
        await cursor.execute(_BY_WHATSAPP_ID, {"ids": spellings(whatsapp_id), "exact": whatsapp_id})
        return await cursor.fetchone()


def spellings(whatsapp_id: str) -> list[str]:
    """The ids that may stand for the same Brazilian mobile; the id itself comes first."""
    national = whatsapp_id[2:]
    if not whatsapp_id.startswith("55"):
        return [whatsapp_id]
    if len(national) == _MOBILE_DIGITS and national[2] == "9":
        return [whatsapp_id, f"55{national[:2]}{national[3:]}"]
    if len(national) == _MOBILE_DIGITS - 1 and national[2] in "6789":
        return [whatsapp_id, f"55{national[:2]}9{national[2:]}"]
    return [whatsapp_id]


_BY_WHATSAPP_ID = """
SELECT contacts.id AS contact_id, contacts.name, contacts.role, contacts.consent, contacts.consent_at,
       pharmacies.id AS pharmacy_id, pharmacies.trade_name AS pharmacy, pharmacies.cnpj, pharmacies.city,
       pharmacies.state, pharmacies.status AS pharmacy_status
  FROM contacts JOIN pharmacies ON pharmacies.id = contacts.pharmacy_id
 WHERE contacts.whatsapp_id = ANY(%(ids)s)
 ORDER BY contacts.whatsapp_id = %(exact)s DESC
 LIMIT 1
"""
