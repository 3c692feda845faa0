"""The records of a schedule: changes of rows and documents, and tasks; some replayed, some that nobody can take."""

import enum
import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

import fastavro

from runtime.codec import PREFIX
from schemas.captured import CAPTURED
from schemas.example import read
from schemas.topic import Avro, Topic
from schemas.topics import SEARCH_DOCUMENTS
from tests.runtime.fakes import FakeRegistry, counted

PARTITIONS = 2
PAYMENTS = CAPTURED["payments"]
TASKS = counted("simulated.tasks", partitions=PARTITIONS)
TOPICS = (PAYMENTS, SEARCH_DOCUMENTS, TASKS)
_KEYS = 6
_PAYMENT, _DOCUMENT = read(PAYMENTS), read(SEARCH_DOCUMENTS)
_KEY = {"type": "record", "name": "Key", "fields": [{"name": "id", "type": "long"}]}
_KEY_ID = 99
REFUSED = "refused"
"""The method of a payment that BigQuery refuses, the text of a task that its handler does."""


class Era(enum.IntEnum):
    """What the table of payments looked like when a change was written; the value is added to the schema's id."""

    FIRST = 0
    GROWN = 100
    DROPPED = 101
    RETYPED = 102

    @property
    def breaks(self) -> bool:
        """Whether readers of the table stop before it."""
        return self in (Era.DROPPED, Era.RETYPED)


@dataclass(frozen=True, slots=True)
class Change:
    """One record on its way. ``good`` is whether any sink can take it; ``lsn`` is a document's version, too."""

    topic: str
    key: int
    lsn: int
    deleted: bool = False
    good: bool = True
    broken: bool = False
    truncates: bool = False
    era: Era = Era.FIRST

    @property
    def partition(self) -> int:
        return (self.lsn if self.truncates else self.key) % PARTITIONS

    @property
    def note(self) -> str | None:
        """What the column holds that the table gained."""
        return None if self.era is Era.FIRST or self.deleted or self.truncates else f"note {self.lsn}"


class SimulatedRegistry(FakeRegistry):
    """The one schema registry; it holds the topics' schemas, that of the rows' keys, and what ``ALTER TABLE`` made."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = {topic.name: self.register(topic) for topic in TOPICS}
        self.known[_KEY_ID] = _KEY
        for era in (Era.GROWN, Era.DROPPED, Era.RETYPED):
            self.known[self.ids[PAYMENTS.name] + era] = _altered(self.known[self.ids[PAYMENTS.name]], era)
        # what is parsed is taken as it is: a new process has nothing to parse
        self.known = {number: fastavro.parse_schema(schema) for number, schema in self.known.items()}  # type: ignore[misc]

    def earlier(self, topic: Topic, schema_id: int) -> list[Avro]:
        """The topic's schemas before that one."""
        first = self.ids[topic.name]
        return [self.known[each] for each in (first, first + Era.GROWN) if each < schema_id]


def _altered(first: Avro, era: Era) -> Avro:
    schema = deepcopy(first)
    row = schema["fields"][0]["type"][1]
    row["fields"].append({"name": "note", "type": ["null", "string"], "default": None})
    if era is Era.DROPPED:
        row["fields"] = [field for field in row["fields"] if field["name"] != "status"]
    if era is Era.RETYPED:
        next(field for field in row["fields"] if field["name"] == "method")["type"] = "long"
    return schema


@cache
def registry() -> SimulatedRegistry:
    """The same for all processes: nothing in it changes."""
    return SimulatedRegistry()


def _bytes(schema_id: int, value: Any) -> bytes:
    body = BytesIO()
    body.write(PREFIX.pack(0, schema_id))
    fastavro.schemaless_writer(body, registry().known[schema_id], value)
    return body.getvalue()


@lru_cache(maxsize=50_000)
def wire(change: Change, *, mended: bool = False) -> tuple[bytes | None, bytes]:
    """Key and value as they are in the topic, or as a person mended them."""
    bad = not change.good and not mended
    schema_id = registry().ids[change.topic] + change.era
    if change.topic == TASKS.name:
        value = _bytes(schema_id, {"number": change.lsn, "text": REFUSED if bad else None})
        return str(change.key).encode(), value[:-1] if bad and change.broken else value
    if change.topic == SEARCH_DOCUMENTS.name:
        document = {
            **_DOCUMENT,
            "product_id": change.key,
            "version": 2**60 if bad else change.lsn,
            "deleted": change.deleted,
            "name": f"{'A' if change.lsn % 3 else 'B'}",
            "presentation": "",
            "active_ingredients": [],
            "changed_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        value = _bytes(schema_id, document)
        return str(change.key).encode(), b"\x09" + value if bad and change.broken else value
    value = _bytes(schema_id, _envelope(change, bad=bad))
    return None if change.truncates else _bytes(_KEY_ID, {"id": change.key}), (
        value[:-3] if bad and change.broken else value
    )


def _envelope(change: Change, *, bad: bool) -> dict[str, Any]:
    method = change.lsn if change.era is Era.RETYPED else REFUSED if bad else str(change.lsn)
    row = {**_PAYMENT["after"], "id": change.key, "method": method, "note": change.note}
    sides: dict[str, Any] = {"before": None, "after": row, "op": "u"}
    if change.deleted:
        sides = {"before": row, "after": None, "op": "d"}
    if change.truncates:
        sides = {"before": None, "after": None, "op": "t"}
    return {**_PAYMENT, "source": {**_PAYMENT["source"], "lsn": change.lsn}, **sides}


def changes(chance: random.Random, count: int) -> Iterator[Change]:
    """About ``count`` changes in the order in which they are written.

    In half of the schedules the table gains a column at some point; in a fifth it loses one at the end, or one changes
    its type.
    """
    sent: dict[str, list[Change]] = {topic.name: [] for topic in TOPICS}
    grows_at, breaks = chance.randrange(2 * count), chance.random() < 0.2
    for lsn in range(1, count + 1):
        one = _change(chance, lsn, Era.GROWN if lsn > grows_at else Era.FIRST)
        sent[one.topic].append(one)
        yield one
        if chance.random() < 0.05:
            # a source that crashed sends its last changes again, with the positions that they had
            yield from sent[one.topic][-chance.randint(1, 5) :]
    if breaks:
        era = chance.choice((Era.DROPPED, Era.RETYPED))
        yield from (Change(PAYMENTS.name, chance.randrange(_KEYS), count + n, era=era) for n in range(1, 4))


def _change(chance: random.Random, lsn: int, era: Era) -> Change:
    topic = chance.choices(TOPICS, (6, 2, 3))[0]
    # few tasks' keys, so that they wait for each other
    key, bad = chance.randrange(2 if topic is TASKS else _KEYS), chance.random() < 0.14
    if topic is PAYMENTS and chance.random() < 0.05:
        return Change(topic.name, 0, lsn, truncates=True, era=era)
    # a deleted row has no method that could be refused
    deleted = topic is not TASKS and not bad and chance.random() < 0.15
    broken = bad and chance.random() < 0.35
    return Change(topic.name, key, lsn, deleted, not bad, broken, era=era if topic is PAYMENTS else Era.FIRST)
