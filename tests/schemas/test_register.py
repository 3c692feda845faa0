"""The register's own rules: every topic is owned, documented, exemplified, and derives what is committed."""

import io
import json
import re
from typing import Any, get_type_hints

import fastavro
import pytest

from schemas import derive, example
from schemas.avro import split
from schemas.envelope import schema_of
from schemas.marks import Doc
from schemas.owners import OWNERS
from schemas.topic import Topic, Visibility
from schemas.topics import BY_NAME, TOPICS

pytestmark = pytest.mark.unit

STATIONS = {
    "agents.customer",
    "connectors.postgres",
    "connectors.whatsapp",
    "sinks.bigquery",
    "sinks.qdrant",
    "sinks.whatsapp",
    "streams",
    "streams.events",
}


def named(topic: Topic) -> str:
    return topic.name


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_topic_has_an_owner_and_known_stations(topic: Topic) -> None:
    assert topic.owner in OWNERS, f"{topic.owner} is no owner; add it to schemas/owners.py"
    strangers = {*topic.producers, *topic.consumers} - STATIONS
    assert not strangers, f"{strangers} are no stations of this house"
    assert topic.description.endswith("."), "say what the topic holds, as a sentence"


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_every_field_is_documented(topic: Topic) -> None:
    bare = [
        name
        for name, hint in get_type_hints(topic.value, include_extras=True).items()
        if not any(isinstance(mark, Doc) and mark.text for mark in split(hint)[1])
    ]
    assert not bare, f"add a Doc to {bare}"


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_example_is_valid_and_survives_the_wire(topic: Topic) -> None:
    value = example.read(topic)
    schema = fastavro.parse_schema(json.loads(json.dumps(schema_of(topic))))
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value, strict=True)
    out.seek(0)
    assert fastavro.schemaless_reader(out, schema, None) == value


def test_derived_files_are_committed() -> None:
    assert derive.stale() == [], "run `make derive` and commit what it writes"


def test_no_example_is_left_over() -> None:
    strays = {path.stem for path in example.EXAMPLES.glob("*.json")} - set(BY_NAME)
    assert not strays


def test_public_topics_are_versioned_and_internal_ones_are_not() -> None:
    for topic in TOPICS:
        versioned = topic.name.rpartition(".")[2].lstrip("v").isdigit()
        assert versioned == (topic.visibility is Visibility.PUBLIC), topic.name


def test_every_owner_can_be_reached_and_owns_something() -> None:
    owning = {topic.owner for topic in TOPICS}
    assert owning == set(OWNERS)
    for name, owner in OWNERS.items():
        assert owner.name == name
        assert re.fullmatch(r"[a-z-]+@[a-z.-]+", owner.contact)
        assert owner.channel.startswith("#")


def test_captured_tables_are_internal() -> None:
    assert all(topic.visibility is Visibility.INTERNAL for topic in TOPICS if topic.table)


def test_a_bad_name_is_refused_in_words() -> None:
    fields: dict[str, Any] = {"value": dict, "description": "d.", "owner": "o", "producers": ()}
    with pytest.raises(ValueError, match="use lower-case letters"):
        Topic(name="Orders!", **fields)
