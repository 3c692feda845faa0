"""What was heard: one message, or several short ones that came together, as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.records.conversations import InboundMessage


@dataclass(frozen=True, slots=True)
class Heard:
    """``anchor`` is the first message's id, after which all is named that the turn makes.

    ``messages`` are all ids, ``said_at`` is the last one's time. ``read_from`` names the media whose words, written or
    spoken, are in ``words``; ``unread`` those nobody could read.
    """

    anchor: str
    messages: tuple[str, ...]
    words: str
    said_at: datetime
    read_from: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def heard(messages: Sequence[InboundMessage], read: Mapping[str, str | None] | None = None) -> Heard:
    """The messages, at least one, as one; ``read`` has the words read from a message's media by its id."""
    read = read or {}
    words = []
    for message in messages:
        words += [
            part for part in ((message["text"] or "").strip(), (read.get(message["message_id"]) or "").strip()) if part
        ]
    wordless = [message for message in messages if not (message["text"] or "").strip()]
    return Heard(
        anchor=messages[0]["message_id"],
        messages=tuple(message["message_id"] for message in messages),
        words="\n".join(words),
        said_at=max(message["received_at"] for message in messages),
        read_from=tuple(message["kind"] for message in messages if read.get(message["message_id"])),
        unread=tuple(message["kind"] for message in wordless if not read.get(message["message_id"])),
    )
