"""Bytes to typed events: of this version's schema, of newer and older ones, and bytes that are none."""

import copy
from dataclasses import fields
from typing import Any

import pytest
from balcao_events import BadRecord, Event, Position, topics
from balcao_events.wire import Decoder

from schemas import client, example
from schemas.client.reader import reader_schema
from schemas.envelope import schema_of
from schemas.events import ORDER_CANCELLED, ORDER_STATUS_CHANGED, PRICE_CHANGED
from schemas.topic import Topic
from tests.client.fakes import REGISTERED, KnownSchemas, record, wire

pytestmark = pytest.mark.unit

AT = Position("any", 0, 5)


def read(topic: Topic, raw: bytes | None, written: Any = None) -> Any:
    known = KnownSchemas({REGISTERED: written or schema_of(topic)})
    decoder: Decoder[Event] = Decoder(topics.BY_NAME[topic.name], known)  # type: ignore[arg-type]
    return decoder.decode(raw, AT)


def frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("topic", client.PUBLIC, ids=lambda topic: topic.name)
def test_every_public_topics_example_becomes_its_record(topic: Topic) -> None:
    event = read(topic, record(topic))
    assert type(event) is topics.BY_NAME[topic.name].record
    assert isinstance(event, Event)
    got = {field.name: getattr(event, field.name) for field in fields(event)}
    assert got == {name: frozen(value) for name, value in example.read(topic).items()}
    hash(event)


@pytest.mark.parametrize("topic", client.PUBLIC, ids=lambda topic: topic.name)
def test_every_public_enum_can_grow(topic: Topic) -> None:
    enums = [node for node in walk(reader_schema(topic)) if node.get("type") == "enum"]
    stuck = [node["name"] for node in enums if node.get("default") != "unknown"]
    assert not stuck, f"add the symbol unknown to {stuck}: without it a new symbol breaks every reader"


def walk(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in walk(item)]
    if isinstance(node, dict):
        return [node, *(found for item in node.values() for found in walk(item))]
    return []


def test_a_newer_writers_fields_and_symbols_still_read() -> None:
    newer = copy.deepcopy(schema_of(ORDER_CANCELLED))
    newer["fields"].insert(3, {"name": "refund", "type": ["null", "string"], "default": None})
    by_name = {field["name"]: field for field in newer["fields"]}
    by_name["before"]["type"]["symbols"].append("lost_at_sea")
    by_name["reason"]["type"][1]["symbols"].append("moon")
    value = {**example.read(ORDER_CANCELLED), "before": "lost_at_sea", "reason": "moon", "refund": "R$ 1"}
    event = read(ORDER_CANCELLED, wire(newer, value), newer)
    assert (event.before, event.reason) == ("unknown", "unknown")
    assert event.total == example.read(ORDER_CANCELLED)["total"]
    assert not hasattr(event, "refund")


def test_an_older_writers_record_gets_the_defaults() -> None:
    older = copy.deepcopy(schema_of(ORDER_STATUS_CHANGED))
    older["fields"] = [field for field in older["fields"] if field["name"] != "before"]
    value = {name: each for name, each in example.read(ORDER_STATUS_CHANGED).items() if name != "before"}
    assert read(ORDER_STATUS_CHANGED, wire(older, value), older).before is None


def test_each_schema_is_asked_for_once() -> None:
    known = KnownSchemas({REGISTERED: schema_of(PRICE_CHANGED)})
    decoder = Decoder(topics.PRICE_CHANGED, known)  # type: ignore[arg-type]
    for _ in range(3):
        decoder.decode(record(PRICE_CHANGED), AT)
    assert known.asked == [REGISTERED]


GOOD = b"\0" + REGISTERED.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("raw", "cause", "schema_id"),
    [
        (None, "empty-value", None),
        (b"", "empty-value", None),
        (b'{"json": 1}', "wrong-magic-byte", None),
        (b"\0\0\0", "truncated", None),
        (b"\0\0\0\0\x63rest", "unknown-schema-id", 99),
        (GOOD, "undecodable", REGISTERED),
        (GOOD + b"\xff" * 40, "undecodable", REGISTERED),
    ],
)
def test_bytes_that_are_no_record_say_why_and_where(raw: bytes | None, cause: str, schema_id: int | None) -> None:
    with pytest.raises(BadRecord) as caught:
        read(PRICE_CHANGED, raw)
    bad = caught.value
    assert (bad.cause, bad.schema_id, bad.position, bad.value) == (cause, schema_id, AT, raw or b"")
    assert "any[0]@5" in str(bad)


def test_bytes_left_over_and_a_foreign_schema_are_bad_records() -> None:
    with pytest.raises(BadRecord, match="3 bytes are left"):
        read(PRICE_CHANGED, record(PRICE_CHANGED) + b"abc")
    foreign = {"type": "record", "name": "Other", "fields": [{"name": "id", "type": "string"}]}
    with pytest.raises(BadRecord, match=f"schema {REGISTERED}.*unresolvable"):
        read(PRICE_CHANGED, wire(foreign, {"id": "x"}), foreign)


def test_a_bad_records_message_does_not_show_its_content() -> None:
    with pytest.raises(BadRecord) as caught:
        read(PRICE_CHANGED, GOOD + b"Maria da Silva")
    assert "Maria" not in str(caught.value)
