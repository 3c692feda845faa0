"""The fast way to read and write Avro says what fastavro says, of every topic's values and of bytes that are wrong."""

import json
from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.avro.plan import Plan, plan
from runtime.avro.writing import writer
from runtime.codec import Decoder, Encoder
from runtime.errors import BadRecord
from schemas.captured import CAPTURED, PLATFORM_CAPTURED
from schemas.envelope import schema_of
from schemas.events import EVENTS, PRICE_CHANGED
from schemas.topic import Topic
from schemas.topics import TOPICS
from tests.runtime.avro_values import values
from tests.runtime.fakes import FakeRegistry

pytestmark = pytest.mark.unit

MANY = 64
RICH: Any = {
    "type": "record",
    "name": "Rich",
    "fields": [
        {"name": "flag", "type": "boolean"},
        {"name": "ratio", "type": ["null", "double"]},
        {"name": "small", "type": "float"},
        {"name": "raw", "type": ["bytes", "null"]},
        {"name": "tags", "type": {"type": "array", "items": ["null", "string"]}},
        {"name": "notes", "type": {"type": "map", "values": "long"}},
        {"name": "either", "type": ["null", "long", "string"]},
        {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["on", "off"]}},
        {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}]},
        {"name": "nothing", "type": "null"},
        {"name": "inner", "type": ["null", {"type": "record", "name": "In", "fields": [{"name": "a", "type": "int"}]}]},
        {"name": "again", "type": ["null", "In"]},
    ],
}
SCHEMAS: dict[str, Any] = {topic.name: fastavro.parse_schema(schema_of(topic)) for topic in TOPICS} | {
    "rich": fastavro.parse_schema(RICH)
}
each_schema = pytest.mark.parametrize("name", SCHEMAS)
few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def written(schema: Any, value: Any, prefix: bytes = b"") -> bytes:
    body = BytesIO()
    fastavro.schemaless_writer(body, schema, value, strict_allow_default=True)
    return prefix + body.getvalue()


def read(schema: Any, raw: bytes) -> Any:
    return fastavro.schemaless_reader(BytesIO(raw), schema, None)


def test_every_captured_table_and_every_event_is_among_them() -> None:
    assert {*CAPTURED.values(), *PLATFORM_CAPTURED.values(), *EVENTS} <= set(TOPICS)
    for name, schema in SCHEMAS.items():
        assert plan(schema, None) is not None, name


def test_events_have_a_writer_of_their_own() -> None:
    assert [topic.name for topic in EVENTS if writer(SCHEMAS[topic.name]) is None] == []


@each_schema
@few
@given(st.data())
def test_reads_what_fastavro_reads(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    raws = [written(schema, value) for value in data.draw(st.lists(values(schema), min_size=1, max_size=4))]
    # as text: a decimal's zeros count, and NaN is not itself
    assert repr(Plan(schema, None).read(raws, 0)) == repr([read(schema, raw) for raw in raws])


@each_schema
@few
@given(st.data())
def test_writes_what_fastavro_writes(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    write = writer(schema)
    if write is not None:
        value = data.draw(values(schema))
        assert write(value) == written(schema, value)


@pytest.mark.parametrize("topic", [CAPTURED["offers"], CAPTURED["products"], PLATFORM_CAPTURED["conversations"]])
@few
@given(st.data())
def test_a_part_of_the_fields_is_that_part_of_the_whole(topic: Topic, data: st.DataObject) -> None:
    schema = SCHEMAS[topic.name]
    rows = schema["fields"][0]["type"][1]["fields"]
    columns = data.draw(st.sets(st.sampled_from([field["name"] for field in rows]), min_size=1))
    wanted = frozenset({"op", "source.lsn"} | {f"after.{column}" for column in columns})
    raws = [written(schema, value) for value in data.draw(st.lists(values(schema), min_size=1, max_size=4))]
    expected = [
        {
            "after": whole["after"]
            and {column: value for column, value in whole["after"].items() if column in columns},
            "source": {"lsn": whole["source"]["lsn"]},
            "op": whole["op"],
        }
        for whole in (read(schema, raw) for raw in raws)
    ]
    assert repr(Plan(schema, wanted).read(raws, 0)) == repr(expected)


def decoder(*schemas: Any) -> Decoder:
    registry = FakeRegistry()
    registry.known = {number: json.loads(json.dumps(schema)) for number, schema in enumerate(schemas, 1)}
    made = Decoder(registry.real())
    for number in registry.known:
        made.learn(b"\0" + number.to_bytes(4, "big"))
    return made


@pytest.mark.parametrize("topic", [CAPTURED["offers"], PRICE_CHANGED], ids=lambda topic: topic.name)
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_damaged_bytes_are_never_read_otherwise_than_one_by_one(topic: Topic, data: st.DataObject) -> None:
    schema = schema_of(topic)
    raw = bytearray(written(SCHEMAS[topic.name], data.draw(values(SCHEMAS[topic.name])), b"\0\0\0\0\1"))
    good = bytes(raw)
    at = data.draw(st.integers(5, len(raw) - 1))
    match data.draw(st.sampled_from(["change", "cut", "insert"])):
        case "change":
            raw[at] = data.draw(st.integers(0, 255))
        case "cut":
            del raw[at:]
        case _:
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=12))
    made = decoder(schema)
    raws = [*[good] * MANY, bytes(raw), good]
    together = made.decode_all(raws)
    if together is not None:
        assert repr(together) == repr([made.decode(one) for one in raws])


@pytest.mark.parametrize("extra", [b"\xff" * 9 + b"\x02", b"\xff" * 10 + b"\x01", b"\xff" * 12])
def test_a_number_of_more_than_64_bits_is_left_to_fastavro(extra: bytes) -> None:
    made = decoder({"type": "record", "name": "N", "fields": [{"name": "n", "type": "long"}]})
    assert made.decode_all([b"\0\0\0\0\1" + extra] * MANY) is None


@pytest.mark.parametrize("body", [b"\x04\x02", b"\x01\x02", b"\x02\x01"])
def test_a_branch_that_is_not_there_and_a_length_below_nothing_are_left_to_fastavro(body: bytes) -> None:
    made = decoder({"type": "record", "name": "N", "fields": [{"name": "n", "type": ["null", "string"]}]})
    assert made.decode_all([b"\0\0\0\0\1" + body] * MANY) is None


def test_decodes_together_only_many_of_one_known_schema() -> None:
    one = {"type": "record", "name": "N", "fields": [{"name": "n", "type": "long"}]}
    two = {"type": "record", "name": "N", "fields": [{"name": "n", "type": "long"}, {"name": "m", "type": "int"}]}
    made = decoder(one, two)
    first, second, unknown = b"\0\0\0\0\1\x02", b"\0\0\0\0\2\x02\x04", b"\0\0\0\0\x09\x02"
    assert made.decode_all([first] * MANY) == [{"n": 1}] * MANY
    assert made.decode_all([second] * MANY) == [{"n": 1, "m": 2}] * MANY
    assert made.decode_all([first] * MANY + [second]) is None
    assert made.decode_all([unknown] * MANY) is None
    assert made.decode_all([first]) is None
    assert made.decode_all([]) is None


def test_a_schema_that_holds_itself_is_read_one_by_one() -> None:
    node = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}
    made = decoder(node)
    assert made.decode_all([b"\0\0\0\0\1\0"] * MANY) is None


junk = st.none() | st.integers() | st.text(max_size=5) | st.floats() | st.decimals() | st.binary(max_size=3)


@pytest.mark.parametrize(
    "topic", [*[topic for topic in EVENTS if topic.rules][:3], PRICE_CHANGED], ids=lambda one: one.name
)
@settings(max_examples=50, deadline=None)
@given(st.data())
def test_an_unusual_value_is_written_or_refused_as_by_fastavro(topic: Topic, data: st.DataObject) -> None:
    schema = SCHEMAS[topic.name]
    value = data.draw(values(schema))
    for name in data.draw(st.sets(st.sampled_from([*value, "surplus"]), min_size=1, max_size=3)):
        if data.draw(st.booleans()):
            value.pop(name, None)
        else:
            value[name] = data.draw(junk)
    encoder = Encoder(FakeRegistry().real())
    encoder.prepare(topic)
    try:
        expected: bytes | None = written(schema, value, b"\0\0\0\0\1")
    except Exception:  # noqa: BLE001 - whatever fastavro raises
        expected = None
    try:
        raw: bytes | None = encoder.encode(topic, value)
    except BadRecord as error:
        if error.cause.startswith("rule:"):
            return
        assert error.cause == "unencodable"
        raw = None
    assert raw == expected
