"""Reading Debezium's envelope: what changed, where in the log, when. Pure."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.errors import BadRecord

SNAPSHOT = "r"
"""The ``op`` of a row read by a snapshot, incremental ones too."""

EVENTS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:balcao:events")
"""The namespace of our events' ids."""
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
