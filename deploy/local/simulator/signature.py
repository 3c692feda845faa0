"""The signature on a webhook's body."""

import hashlib
import hmac
from typing import Final

HEADER: Final = "X-Hub-Signature-256"


def sign(body: bytes, app_secret: str) -> str:
    """The header's value: ``sha256=`` and the hex HMAC-SHA256 of the raw body, keyed by the app's secret."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
