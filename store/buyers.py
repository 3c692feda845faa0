"""A pharmacy as somebody who buys: whether it may, and where its goods go."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from store.addresses import Address
from store.outcomes import Problem


@dataclass(frozen=True, slots=True)
class Buyer:
    """Where goods go, and why the pharmacy may not buy or not have them sent there. ``address`` may be unknown."""

    state: str
    city: str
    address: Address | None
    problems: tuple[Problem, ...]


async def buyer(connection: AsyncConnection[Any], pharmacy_id: int, address_id: int | None = None) -> Buyer:
    """The pharmacy with the address asked for, else its preferred one, else only its registered city. One query.

    Raises ``LookupError`` for a pharmacy that does not exist: the channel's identity names none such.
    """
    cursor = await connection.execute(_BUYER, {"pharmacy": pharmacy_id, "address": address_id})
    if (row := await cursor.fetchone()) is None:
        raise LookupError(f"there is no pharmacy {pharmacy_id}")
    status, city, state, *found = row
    address = Address(*found) if found[0] is not None else None
    problems = []
    if status != "active":
        problems.append(
            Problem(reason="pharmacy_blocked" if status == "blocked" else "pharmacy_inactive", state=status)
        )
    if address is None and address_id is not None:
        problems.append(Problem(reason="not_found", state="address"))
    return Buyer(address.state if address else state, address.city if address else city, address, tuple(problems))


_BUYER = """
SELECT pharmacies.status, pharmacies.city, pharmacies.state, address.id, address.label, address.street, address.number,
       address.complement, address.district, address.city, address.state, address.postal_code, address.preferred
  FROM pharmacies
  LEFT JOIN delivery_addresses AS address
    ON address.pharmacy_id = pharmacies.id AND address.status = 'active'
   AND CASE WHEN %(address)s::bigint IS NULL THEN address.preferred ELSE address.id = %(address)s END
 WHERE pharmacies.id = %(pharmacy)s
"""
