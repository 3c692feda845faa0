"""Reading Debezium's envelope: what changed, where in the log, when. Pure."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.errors import BadRecord
from schemas.records.orders import EventEnvelope
from schemas.topic import Topic

SNAPSHOT = "r"
"""The ``op`` of a row read by a snapshot, incremental ones too."""

_EVENTS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:balcao:events")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Envelope = Mapping[str, Any]
"""A decoded captured record: ``before``, ``after``, ``source``, ``op``."""


def committed_at(change: Envelope) -> datetime:
    """When the source committed the change, by its clock, in microseconds."""
    return _EPOCH + timedelta(microseconds=change["source"]["ts_us"])


def position(change: Envelope) -> int:
    """The change's place in the source's log.

    Raises ``BadRecord`` when there is none: such a change could not be ordered against others of its row.
    """
    lsn = change["source"]["lsn"]
    if lsn is None:
        raise BadRecord("no-position", "the change carries no source.lsn, so that its order is unknown")
    return int(lsn)


def row(change: Envelope) -> Mapping[str, Any]:
    """The row after the change, or, of a delete, as much of it as the source logged."""
    found = change["after"] or change["before"]
    if found is None:
        raise BadRecord("no-row", f"a change with op {change['op']!r} carries neither before nor after")
    return found  # type: ignore[no-any-return]


def envelope(event: Topic, captured: Topic, change: Envelope, subject: str) -> EventEnvelope:
    """The CloudEvents fields of the event that ``change`` stands for.

    The id is a UUID of version 5 over event type, table, subject and position, so that a change delivered again gives
    the same id. ``captured`` must be a captured topic.
    """
    assert captured.table is not None
    table = f"/{captured.table.database}/{captured.table.schema}/{captured.table.name}"
    lsn = position(change)
    return {
        "id": str(uuid.uuid5(_EVENTS, f"{event.name}{table}/{subject}@{lsn}")),
        "source": table,
        "type": event.name,
        "time": committed_at(change),
        "subject": subject,
        "lsn": lsn,
    }
