"""PostgreSQL's log positions, as text (``16/B374D848``) and as the integer that Debezium writes."""

import re

_TEXT = re.compile(r"([0-9A-F]{1,8})/([0-9A-F]{1,8})", re.IGNORECASE)


def parse(text: str) -> int:
    """The position as an integer, comparable with Debezium's ``source.lsn``. Raises ``ValueError`` for other text."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no log position; it looks like 16/B374D848")
    return int(found[1], 16) << 32 | int(found[2], 16)


def write(position: int) -> str:
    """The position as PostgreSQL writes it. Raises ``ValueError`` outside of 64 bits."""
    if not 0 <= position < 1 << 64:
        raise ValueError(f"{position} is no log position; it has 64 bits")
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
