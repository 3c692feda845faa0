"""What the deciders share: the row before and after, the event's envelope, and values as events carry them. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha1
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from runtime.errors import BadRecord
from schemas.topic import Topic
from streams.changes import EVENTS, Envelope, position

if TYPE_CHECKING:
    from hashlib import _Hash as HASH

Row = Mapping[str, Any]
_EPOCH = date(1970, 1, 1)
_VARIANT = {f"{digit:x}": "89ab"[digit % 4] for digit in range(16)}


class Event(NamedTuple):
    """One event to produce, to the topic it belongs to."""

    topic: Topic
    value: dict[str, Any]


Decide = Callable[[Envelope], Sequence[Event]]
"""The events a captured change stands for, none for a change that is no business event.

A row read by a snapshot and a truncated table are none. Raises ``BadRecord`` for a change that cannot be judged.
"""
_ENVELOPE = frozenset({"op", "source.lsn", "source.table", "source.ts_us"})


@dataclass(frozen=True, slots=True)
class Decider:
    """What decides about the changes of one table, and the columns it reads: no others need to be decoded."""

    decide: Decide
    columns: tuple[str, ...]

    def __call__(self, change: Envelope) -> Sequence[Event]:
        """As ``decide``."""
        return self.decide(change)

    @property
    def wanted(self) -> frozenset[str]:
        """The paths of the envelope's fields that are read."""
        return _ENVELOPE.union(f"{side}.{column}" for side in ("before", "after") for column in self.columns)


def reads(*columns: str) -> Callable[[Decide], Decider]:
    """Declares the columns that a decider reads, before or after the change."""
    return lambda decide: Decider(decide, columns)


class Emit:
    """Makes events of one topic from changes of one table."""

    def __init__(self, topic: Topic, captured: Topic) -> None:
        assert captured.table is not None
        self._topic = topic
        self._source = f"/{captured.table.database}/{captured.table.schema}/{captured.table.name}"
        self._id = sha1(EVENTS.bytes + f"{topic.name}{self._source}/".encode(), usedforsecurity=False)

    def __call__(self, change: Envelope, subject: str, fields: dict[str, Any]) -> Event:
        """The event with its CloudEvents fields.

        The id is a UUID of version 5 over event type, table, subject and position, so that a change delivered again
        gives the same id. The time is the source's commit, in microseconds as the wire has it.
        """
        lsn = position(change)
        return Event(
            self._topic,
            {
                "id": uuid5(self._id, f"{subject}@{lsn}"),
                "source": self._source,
                "type": self._topic.name,
                "time": change["source"]["ts_us"],
                "subject": subject,
                "lsn": lsn,
                **fields,
            },
        )


def uuid5(begun: "HASH", rest: str) -> str:
    """The UUID of version 5, as RFC 9562 section 5.5 makes it, of a name whose beginning, with its namespace, was
    hashed before. ``uuid.uuid5`` takes three times as long."""
    whole = begun.copy()
    whole.update(rest.encode())
    digest = whole.hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


def before(change: Envelope) -> Row | None:
    """The row before an update or a delete; ``None`` for an insert.

    Raises ``BadRecord`` when the log did not hold it: what changed cannot be told then.
    """
    found: Row | None = change["before"]
    if found is None and change["op"] in ("u", "d"):
        table = change["source"]["table"]
        raise BadRecord("no-before", f"a change came without the row before; set REPLICA IDENTITY FULL on {table}")
    return found


def known(value: str, kind: Any) -> str:
    """The value when it is one of the ``Literal``'s, else ``unknown``: the source may have learned a new one."""
    return value if value in get_args(kind) else "unknown"


def day(days: int | None) -> date | None:
    """A date column, as days since 1970."""
    return None if days is None else _EPOCH + timedelta(days=days)


def moment(text: str) -> datetime:
    """A timestamp column, as ISO 8601 text."""
    return datetime.fromisoformat(text).astimezone(UTC)
