"""What every domain event carries."""

from datetime import datetime
from typing import Annotated, TypedDict

from schemas.marks import Doc


class EventEnvelope(TypedDict):
    """What every domain event carries: CloudEvents 1.0 (id, source, type, time, subject), the position."""

    id: Annotated[str, Doc("UUID derived from the source position: the same change has the same id, always.")]
    source: Annotated[str, Doc("URI reference of the table the change was made in.")]
    type: Annotated[str, Doc("The topic's name.")]
    time: Annotated[datetime, Doc("When the change was committed.")]
    subject: Annotated[str, Doc("The id of what changed.")]
    lsn: Annotated[int, Doc("The change's position in the source's log; orders the events of one subject.")]
