"""What the simulator remembers of a message, and the notifications about it."""

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from deploy.local.simulator.wamid import Author

Status = Literal["accepted", "sent", "delivered", "read", "failed"]

RANK: Final[dict[str, int]] = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message between a contact and the business, before it is stored.

    Times are Unix milliseconds: ``sent_ms`` as the contact's clock said, ``received_ms`` when the simulator had it.
    ``status`` is the furthest step reached: for a contact's message ``delivered`` means that the platform answered its
    webhook with 200, and ``read`` that it marked it as read. ``command`` is the platform's biz_opaque_callback_data.
    """

    wamid: str
    contact: str
    author: Author
    kind: str
    text: str | None
    content: dict[str, Any]
    reply_to: str | None
    command: str | None
    sent_ms: float
    received_ms: float
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Draft):
    """A stored message. ``seq`` orders messages; ``revision`` grows whenever this message changes."""

    seq: int
    revision: int
    error: str | None

    def public(self) -> dict[str, Any]:
        """As the control API and the page see it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A webhook before it is stored.

    Those of one ``lane`` go out one after another in the order they were stored. ``step`` is the message status that
    it announces, ``None`` for a contact's message. Times are Unix milliseconds.
    """

    lane: str
    wamid: str
    contact: str
    step: Status | None
    body: bytes
    created_ms: float
    due_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Notice):
    """A stored webhook, waiting for its 200."""

    seq: int
    attempts: int
