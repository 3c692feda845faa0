"""The dead letter: the original record, byte for byte, with headers that say why it is there and where it was.

Our headers start with ``dead_letter.``; the record's own headers stay as they were. A record that was sent again and
fails again counts its attempts on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.errors import BadRecord
from runtime.producer import Message
from runtime.records import Record
from schemas.topic import Topic

PREFIX = "dead_letter."
CAUSE = PREFIX + "cause"
REASON = PREFIX + "reason"
TOPIC = PREFIX + "topic"
PARTITION = PREFIX + "partition"
OFFSET = PREFIX + "offset"
TIMESTAMP = PREFIX + "timestamp_ms"
GROUP = PREFIX + "group"
ATTEMPTS = PREFIX + "attempts"
ROUND = PREFIX + "round"
EDIT = PREFIX + "edit"

_REASON_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What a dead letter's headers say. ``timestamp_ms`` is the original record's, ``attempts`` 1 or more.

    ``round`` counts how often it was redriven before, ``edit`` how often its value was changed by hand since.
    """

    cause: str
    reason: str
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    group: str
    attempts: int
    round: int = 0
    edit: int = 0


def message(
    topic: Topic, partition: int, record: Record, error: BadRecord, *, group: str, attempts: int = 1
) -> Message:
    """The message to send to ``topic.dead_letter`` for a record that ``group`` could not take."""
    before = record.headers.get(ATTEMPTS, b"0")
    tried = attempts + (int(before) if before.isdigit() else 0)
    ours = {
        CAUSE: error.cause,
        REASON: error.reason[:_REASON_CHARACTERS],
        TOPIC: topic.name,
        PARTITION: str(partition),
        OFFSET: str(record.offset),
        TIMESTAMP: str(record.timestamp_ms),
        GROUP: group,
        ATTEMPTS: str(tried),
    }
    kept = {name: value for name, value in record.headers.items() if name != EDIT}
    headers = {**kept, **{name: text.encode() for name, text in ours.items()}}
    return Message(topic.dead_letter, record.raw_key, record.raw_value, headers)


def read(headers: Mapping[str, bytes]) -> DeadLetter:
    """What the headers of a dead letter say. Raises ``ValueError`` for a message that is none."""
    try:
        return DeadLetter(
            cause=headers[CAUSE].decode(),
            reason=headers[REASON].decode(),
            topic=headers[TOPIC].decode(),
            partition=int(headers[PARTITION]),
            offset=int(headers[OFFSET]),
            timestamp_ms=int(headers[TIMESTAMP]),
            group=headers[GROUP].decode(),
            attempts=int(headers[ATTEMPTS]),
            round=int(headers.get(ROUND, b"0")),
            edit=int(headers.get(EDIT, b"0")),
        )
    except KeyError as missing:
        raise ValueError(f"no dead letter: the header {missing.args[0]} is missing") from None
