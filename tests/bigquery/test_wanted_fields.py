"""The fields that the sink asks for are all that a history row is made of."""

import copy
from io import BytesIO
from typing import Any

import fastavro
import pytest

from runtime.codec import Decoder
from runtime.records import Record
from schemas.captured import CAPTURED
from schemas.envelope import schema_of
from schemas.example import read
from schemas.topic import Topic
from sinks.bigquery.changes import row_of, wanted
from tests.runtime.fakes import FakeRegistry

pytestmark = pytest.mark.unit


def operations(topic: Topic) -> list[dict[str, Any]]:
    """An insert, an update with the row before, a delete of which the log holds the whole row, and a TRUNCATE."""
    example = read(topic)
    row = example["after"]
    sides = {"c": (None, row), "u": (row, row), "d": (row, None), "t": (None, None)}
    return [copy.deepcopy({**example, "op": op, "before": b, "after": a}) for op, (b, a) in sides.items()]


@pytest.mark.parametrize("name", CAPTURED)
def test_a_row_is_the_same_from_the_wanted_fields_as_from_all(name: str) -> None:
    topic = CAPTURED[name]
    registry = FakeRegistry()
    number = registry.register(topic)
    schema = fastavro.parse_schema(schema_of(topic))
    raws = []
    # many, because a few are decoded one by one
    for value in operations(topic) * 50:
        body = BytesIO()
        fastavro.schemaless_writer(body, schema, value)
        raws.append(b"\0" + number.to_bytes(4, "big") + body.getvalue())
    decoder = Decoder(registry.real())
    whole = [decoder.decode(raw) for raw in raws]
    some = decoder.decode_all(raws, wanted(topic))
    assert some is not None
    for offset, (one, other) in enumerate(zip(some, whole, strict=True)):
        rows = [row_of(topic, 0, Record(offset, 1000, None, value, {}, b"k", b"v")) for value in (one, other)]
        assert rows[0] == rows[1]
