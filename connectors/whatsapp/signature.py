"""Who may speak to the webhook: Meta, proven by a shared secret.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications
"""

import hashlib
import hmac

HEADER = "X-Hub-Signature-256"
_SCHEME = "sha256="


def sign(secret: bytes, body: bytes) -> str:
    """The header's value for ``body``: HMAC-SHA256 over the bytes as sent, in lower-case hex."""
    return _SCHEME + hmac.new(secret, body, hashlib.sha256).hexdigest()


def is_genuine(secret: bytes, body: bytes, header: str | None) -> bool:
    """Whether ``header`` signs exactly these bytes; takes the same time for every wrong signature."""
    if header is None:
        return False
    return same(header.strip(), sign(secret, body))


def same(given: str, expected: str) -> bool:
    """Equality that tells nothing by how long it takes."""
    return hmac.compare_digest(given.encode(), expected.encode())
