"""What a processor is given: one partition's fetched records, decoded, as one batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.topic import Topic


@dataclass(slots=True)
class Record:
    """One decoded record. ``value`` is ``None`` for a Kafka tombstone; ``raw_*`` are the bytes as fetched."""

    offset: int
    timestamp_ms: int
    key: Any
    value: Any
    headers: Mapping[str, bytes]
    raw_key: bytes | None
    raw_value: bytes | None


@dataclass(slots=True)
class Batch:
    """Records of one partition in offset order; never empty.

    ``first_offset`` and ``last_offset`` span the fetch, so that they may lie outside ``records`` when records went to
    the dead-letter topic before the processor saw the batch.
    """

    topic: Topic
    partition: int
    records: Sequence[Record]
    first_offset: int
    last_offset: int
