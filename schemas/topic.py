"""What a topic is: the one declaration from which schema, broker topic, table and documents derive."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.rules import Rule

_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,200}$")


class Visibility(enum.Enum):
    """Who may subscribe: other teams, or only our own stations."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Cleanup(enum.Enum):
    """The broker's ``cleanup.policy``."""

    DELETE = "delete"
    COMPACT = "compact"


class KeyType(enum.Enum):
    """How a record's key is encoded on the wire."""

    TEXT = "text"
    """UTF-8, never empty."""
    AVRO = "avro"
    """Confluent wire format, written by Kafka Connect."""


@dataclass(frozen=True, slots=True)
class Table:
    """The PostgreSQL table a captured topic mirrors."""

    database: str
    schema: str
    name: str
    primary_key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """What changed in a topic, for those who read it."""

    on: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic.

    ``value`` is the record type: a ``TypedDict`` whose annotations carry the marks of ``schemas.marks``; for a captured
    topic it is the row, and the value on the wire is Debezium's envelope around it. ``retention`` of ``None`` keeps
    records for ever. ``rules`` bind every producer. A topic with a ``sunset`` day is deprecated: until then it works,
    and ``successor`` names the topic that replaces it. Raises ``ValueError`` for a name Kafka or our rules refuse.
    """

    name: str
    value: type
    description: str
    owner: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...] = ()
    key: KeyType = KeyType.TEXT
    partitions: int = 4
    retention: timedelta | None = timedelta(days=7)
    cleanup: Cleanup = Cleanup.DELETE
    visibility: Visibility = Visibility.INTERNAL
    table: Table | None = None
    rules: tuple[Rule, ...] = ()
    revisions: tuple[Revision, ...] = ()
    sunset: date | None = None
    successor: str | None = None

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ValueError(f"topic name {self.name!r}: use lower-case letters, digits, dots and dashes")

    @property
    def dead_letter(self) -> str:
        """The topic that keeps this topic's records which no consumer could take."""
        return f"{self.name}.dead-letter"

    @property
    def compatibility(self) -> str:
        """The registry's rule for a new version of the value's schema."""
        return "FULL_TRANSITIVE" if self.visibility is Visibility.PUBLIC else "BACKWARD"

    @property
    def subject(self) -> str:
        """The registry's subject of the value's schema (TopicNameStrategy)."""
        return f"{self.name}-value"

    def broker_config(self) -> Mapping[str, str]:
        """The broker's topic configuration."""
        milliseconds = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        return {
            "cleanup.policy": self.cleanup.value,
            "retention.ms": str(milliseconds),
            "min.insync.replicas": "1",
        }


Avro = dict[str, Any]
"""An Avro schema in its JSON form."""
