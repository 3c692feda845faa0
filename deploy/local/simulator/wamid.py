"""The ids WhatsApp gives to messages."""

import base64
from collections.abc import Callable
from typing import Final, Literal

Author = Literal["contact", "business"]

RandomBytes = Callable[[int], bytes]

_BY_BUSINESS: Final = 0x11
_BY_CONTACT: Final = 0x12
_ID_BYTES: Final = {"business": 9, "contact": 10}


def new(contact: str, author: Author, random_bytes: RandomBytes) -> str:
    """A fresh id in the form that real ones have: ``wamid.`` and the base64 of the contact's number and a random part.

    ``contact`` is the WhatsApp id of the contact, whoever wrote. The form is not documented by Meta; it was read off
    published webhooks. Callers must not take it apart.
    """
    unique = random_bytes(_ID_BYTES[author]).hex().upper().encode()
    number = contact.encode()
    kind = _BY_BUSINESS if author == "business" else _BY_CONTACT
    raw = (
        bytes([0x1C, 0x18, len(number)]) + number + bytes([0x15, 0x02, 0x00, kind, 0x18, len(unique)]) + unique + b"\0"
    )
    return "wamid." + base64.b64encode(raw).decode()
