"""What the Cloud API made of a request to send: taken, refused for now, refused for good, or nobody knows.

Codes: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

THROUGHPUT = frozenset({4, 80007, 130429, 131048, 133016})
"""Too many messages from the number: every contact has to wait."""
PAIR = frozenset({131056})
"""Too many messages from the number to this contact."""
ACCESS = frozenset({0, 3, 10, 190, 131005})
"""The access token or its permissions: the message is good, our credentials are not."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it under this id."""

    provider_message_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It certainly has not taken it and may later. ``everyone`` says that other contacts have to wait as well.

    ``after_seconds`` is the provider's own wish, when it named one.
    """

    code: int | None
    title: str
    everyone: bool
    after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It refuses this message and always will."""

    code: int | None
    title: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may have it."""

    reason: str


Outcome = Accepted | Refused | Failed | Unclear


def classify(status: int, body: Any, headers: Mapping[str, str]) -> Outcome:
    """The outcome of an HTTP answer; ``body`` is its JSON, or ``None`` when it had none."""
    if status == 200:
        message_id = _message_id(body)
        return Accepted(message_id) if message_id else Unclear("accepted without a message id")
    code, title = _error(body)
    if status >= 500 or status < 400:
        return Unclear(f"HTTP {status}")
    if status in (401, 403, 408, 429) or code in THROUGHPUT | PAIR | ACCESS or 200 <= (code or 0) <= 299:
        return Refused(code, title or f"HTTP {status}", everyone=code not in PAIR, after_seconds=_after(headers))
    return Failed(code, title or f"HTTP {status}")


def _message_id(body: Any) -> str | None:
    try:
        found = body["messages"][0]["id"]
    except (KeyError, IndexError, TypeError):
        return None
    return found if isinstance(found, str) and found else None


def _error(body: Any) -> tuple[int | None, str | None]:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None, None
    code, title = error.get("code"), error.get("message")
    return (
        code if isinstance(code, int) else None,
        title[:200] if isinstance(title, str) else None,
    )


def _after(headers: Mapping[str, str]) -> float | None:
    wish = headers.get("Retry-After", "")
    return float(wish) if wish.isdigit() and len(wish) < 6 else None
