"""The summary a person is given, fixed at the time, and the digest that proves it unchanged. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

SEALED = (
    "escalation_id",
    "conversation_id",
    "turn_id",
    "contact",
    "pharmacy_id",
    "reason",
    "priority",
    "rule",
    "summary",
    "tried",
    "facts",
    "created_at",
)


def digest(event: Mapping[str, Any]) -> str:
    """SHA-256, hex, over the sealed fields of an ``Escalation`` as canonical JSON; times in microseconds."""
    fields = {name: _plain(event[name]) for name in SEALED}
    return hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_sealed(event: Mapping[str, Any]) -> bool:
    """Whether the event is as it was when it was sealed."""
    return event.get("digest") == digest(event)


def _plain(value: Any) -> Any:
    return int(value.timestamp() * 1_000_000) if isinstance(value, datetime) else value
