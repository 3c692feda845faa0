"""The records of a schedule: changes of rows and documents, some replayed by the source, some that nobody can take."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

import fastavro

from runtime.codec import PREFIX, Encoder
from schemas.captured import CAPTURED
from schemas.example import read
from schemas.topics import SEARCH_DOCUMENTS
from tests.runtime.fakes import FakeRegistry

ORDERS = CAPTURED["orders"]
ROWS, PRODUCTS, PARTITIONS = 6, 6, 2
_ORDER, _DOCUMENT = read(ORDERS), read(SEARCH_DOCUMENTS)
_KEY = {"type": "record", "name": "Key", "fields": [{"name": "id", "type": "long"}]}
REFUSED = "refused"
"""The number of an order that BigQuery refuses."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record on its way. ``good`` is whether any sink can take it; ``lsn`` is a document's version, too."""

    topic: str
    key: int
    lsn: int
    deleted: bool = False
    good: bool = True
    broken: bool = False

    @property
    def partition(self) -> int:
        return self.key % PARTITIONS


@lru_cache(maxsize=1)
def registry() -> FakeRegistry:
    """The one schema registry; it holds the topics' schemas and that of the rows' keys."""
    made = FakeRegistry()
    for topic in (ORDERS, SEARCH_DOCUMENTS):
        made.register(topic)
    made.known[99] = _KEY
    return made


@lru_cache(maxsize=1)
def _encoder() -> Encoder:
    encoder = Encoder(registry().real())
    encoder.prepare(ORDERS, SEARCH_DOCUMENTS)
    return encoder


@lru_cache(maxsize=20_000)
def wire(change: Change, *, mended: bool = False) -> tuple[bytes, bytes]:
    """Key and value as they are in the topic, or as a person mended them."""
    bad = not change.good and not mended
    if change.topic == SEARCH_DOCUMENTS.name:
        document = {
            **_DOCUMENT,
            "product_id": change.key,
            "version": 2**60 if bad else change.lsn,
            "deleted": change.deleted,
            "name": f"{'A' if change.lsn % 3 else 'B'}",
            "changed_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        value = _encoder().encode(SEARCH_DOCUMENTS, document)
        return str(change.key).encode(), b"\x09" + value if bad and change.broken else value
    row = {**_ORDER["after"], "id": change.key, "number": REFUSED if bad else str(change.lsn)}
    source = {**_ORDER["source"], "lsn": change.lsn}
    sides = {"before": row, "after": None, "op": "d"} if change.deleted else {"before": None, "after": row, "op": "u"}
    value = _encoder().encode(ORDERS, {**_ORDER, "source": source, **sides})
    body = BytesIO()
    body.write(PREFIX.pack(0, 99))
    fastavro.schemaless_writer(body, _KEY, {"id": change.key})
    return body.getvalue(), value[:-3] if bad and change.broken else value


def changes(chance: random.Random, count: int) -> Iterator[Change]:
    """About ``count`` changes in the order in which they are written."""
    sent: dict[str, list[Change]] = {ORDERS.name: [], SEARCH_DOCUMENTS.name: []}
    for lsn in range(1, count + 1):
        topic = ORDERS.name if chance.random() < 0.7 else SEARCH_DOCUMENTS.name
        bad = chance.random() < 0.14
        # a deleted row has no number that could be refused
        deleted = not bad and chance.random() < 0.15
        key = chance.randrange(ROWS if topic == ORDERS.name else PRODUCTS)
        one = Change(topic, key, lsn, deleted, not bad, bad and chance.random() < 0.35)
        sent[topic].append(one)
        yield one
        if chance.random() < 0.05:
            # a source that crashed sends its last changes again, with the positions that they had
            yield from sent[topic][-chance.randint(1, 5) :]


class RowEncoder:
    """A history row as the simulated warehouse reads it: what the sink's statements look at."""

    descriptor: Any = object()

    def encode(self, row: dict[str, Any]) -> bytes:
        """JSON."""
        import json

        names = ("_kafka_partition", "_offset", "_lsn", "_op", "id", "number")
        return json.dumps({name: row.get(name) for name in names}).encode()
