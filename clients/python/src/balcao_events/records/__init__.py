"""What every event carries; each module here holds the records of one domain."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every domain event carries: CloudEvents 1.0 (id, source, type, time, subject), the position."""

    id: str
    """UUID derived from the source position: the same change has the same id, always."""
    source: str
    """URI reference of the table the change was made in."""
    type: str
    """The topic's name."""
    time: datetime
    """When the change was committed."""
    subject: str
    """The id of what changed."""
    lsn: int
    """The change's position in the source's log; orders the events of one subject."""
