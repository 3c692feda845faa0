"""What a message has beside words. Pure."""

from dataclasses import dataclass

import orjson

from schemas.records.conversations import InboundMessage

READABLE = frozenset({"image", "audio"})


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of the channel: its id there, and what kind of message has it."""

    media_id: str
    kind: str


def attached(message: InboundMessage) -> Attached | None:
    """The picture or recording of the message; ``None`` without one, and for a payload that does not name it."""
    if message["kind"] not in READABLE:
        return None
    try:
        original = orjson.loads(message["payload"])
    except orjson.JSONDecodeError:
        return None
    content = original.get(message["kind"]) if isinstance(original, dict) else None
    media_id = content.get("id") if isinstance(content, dict) else None
    return Attached(media_id, message["kind"]) if isinstance(media_id, str) and media_id.isalnum() else None
