"""What was heard: one message, or several short ones that came together, as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.records.conversations import InboundMessage


@dataclass(frozen=True, slots=True)
class Heard:
    """``anchor`` is the first message's id, after which all is named that the turn makes.

    ``messages`` are all ids, ``said_at`` is the last one's time. ``read_from`` names the media whose words, written or
    spoken, are in ``words``; ``unread`` those nobody could read. ``parts`` has each message's id and words, for those
    that have any.
    """

    anchor: str
    messages: tuple[str, ...]
    words: str
    said_at: datetime
    read_from: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


def heard(messages: Sequence[InboundMessage], read: Mapping[str, str | None] | None = None) -> Heard:
    """The messages, at least one, as one; ``read`` has the words read from a message's media by its id."""
    read = read or {}
    words: list[str] = []
    unread: list[str] = []
    parts: list[tuple[str, str]] = []
    for message in messages:
        written, seen = storable(message["text"] or "").strip(), storable(read.get(message["message_id"]) or "").strip()
        own = [part for part in (written, seen) if part]
        words += own
        if own:
            parts.append((message["message_id"], "\n".join(own)))
        if not written and not seen:
            unread.append(message["kind"])
    return Heard(
        anchor=messages[0]["message_id"],
        messages=tuple(message["message_id"] for message in messages),
        words="\n".join(words),
        said_at=max(message["received_at"] for message in messages),
        read_from=tuple(message["kind"] for message in messages if read.get(message["message_id"])),
        unread=tuple(unread),
        parts=tuple(parts),
    )


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
