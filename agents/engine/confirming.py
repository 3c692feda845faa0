"""Writes that wait for a yes: what was shown, how long it holds, and that it is this and nothing else. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from agents.flows.flow import Confirmation
from agents.memory import Pending

HOLDS = timedelta(minutes=30)
"""How long a yes is for what was shown: prices and stock move."""


def pending(confirmation: Confirmation, shown: str, *, asked_by: str, at: datetime) -> Pending:
    """The write that waits; ``asked_by`` is the id of the message that led to it, which came ``at``."""
    arguments = dict(confirmation.arguments)
    digest = _digest(asked_by, confirmation.tool, arguments, shown)
    return Pending(digest, asked_by, confirmation.tool, arguments, shown, at + HOLDS)


def holds(waiting: Pending, *, at: datetime) -> bool:
    """Whether a yes that came ``at`` may do it: soon enough, and it is still what was shown."""
    digest = _digest(waiting.asked_by, waiting.tool, waiting.arguments, waiting.shown)
    return at <= waiting.expires_at and digest == waiting.id


def _digest(asked_by: str, tool: str, arguments: Mapping[str, Any], shown: str) -> str:
    whole = orjson.dumps([asked_by, tool, arguments, shown], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(whole).hexdigest()
