"""The AsyncAPI document: valid by the official schema, whole, and what the register says."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from schemas import asyncapi, derive
from schemas.access import public
from schemas.envelope import schema_of
from schemas.events import PRICE_CHANGED
from schemas.owners import OWNERS
from schemas.teams import SUBSCRIPTIONS
from schemas.topic import Visibility
from schemas.topics import TOPICS
from tests.catalogue.registers import register_of, retired, visits

pytestmark = pytest.mark.unit

# Unchanged from the npm package @asyncapi/specs 6.11.1 (schemas/3.0.0.json), Apache-2.0, AsyncAPI Initiative.
OFFICIAL = Path(__file__).with_name("asyncapi-3.0.0.json")
OFFICIAL_SHA256 = "d4571a420e6ffb7fcc7066c95a6db1202f299a3c51daa103d0706bf30f95e626"


@cache
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asyncapi.render())
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def resolved(whole: Any, reference: str) -> Any:
    assert reference.startswith("#/"), f"{reference} leads out of the document"
    for part in reference[2:].split("/"):
        whole = whole[part.replace("~1", "/").replace("~0", "~")]
    return whole


def test_the_official_schema_is_the_published_one() -> None:
    assert hashlib.sha256(OFFICIAL.read_bytes()).hexdigest() == OFFICIAL_SHA256


def test_the_document_is_valid_by_the_official_schema() -> None:
    assert [f"{error.json_path}: {error.message[:200]}" for error in official().iter_errors(document())] == []


def test_the_official_schema_refuses_a_document_that_is_not_valid() -> None:
    broken = json.loads(asyncapi.render())
    broken["channels"][PRICE_CHANGED.name]["bindings"]["kafka"]["partitions"] = "two"
    assert not official().is_valid(broken)


def test_every_reference_resolves() -> None:
    found = list(references(document()))
    assert found
    for reference in found:
        assert resolved(document(), reference) is not None


def test_every_operation_takes_its_messages_from_its_own_channel() -> None:
    for name, operation in document()["operations"].items():
        channel = operation["channel"]["$ref"]
        assert all(each["$ref"].startswith(f"{channel}/messages/") for each in operation["messages"]), name


def test_it_holds_the_public_topics_and_no_internal_one() -> None:
    assert set(document()["channels"]) == {topic.name for topic in public()}
    names = [topic.name for topic in TOPICS if topic.visibility is Visibility.INTERNAL]
    assert not [name for name in names if f'"{name}"' in asyncapi.render()]


@pytest.mark.parametrize("topic", public(), ids=lambda topic: topic.name)
def test_a_channel_says_what_the_register_says(topic: Any) -> None:
    channel = document()["channels"][topic.name]
    (reference,) = channel["messages"].values()
    message = resolved(document(), reference["$ref"])
    kafka = channel["bindings"]["kafka"]
    assert (channel["address"], kafka["topic"], kafka["partitions"]) == (topic.name, topic.name, topic.partitions)
    assert str(kafka["topicConfiguration"]["retention.ms"]) == topic.broker_config()["retention.ms"]
    assert channel["x-owner"] == topic.owner
    owner = OWNERS[topic.owner]
    assert channel["x-owner-contact"] == {"email": owner.contact, "channel": owner.channel}
    assert message["payload"] == {
        "schemaFormat": "application/vnd.apache.avro;version=1.9.0",
        "schema": schema_of(topic),
    }
    assert message["examples"][0]["payload"]["type"] == topic.name
    assert message["bindings"]["kafka"]["schemaIdLocation"] == "payload"


def test_producers_send_and_subscribed_teams_receive() -> None:
    operations = document()["operations"].values()
    receiving = {
        (each["x-team"], each["channel"]["$ref"].removeprefix("#/channels/"), each["summary"])
        for each in operations
        if each["action"] == "receive"
    }
    assert receiving == {(each.team, each.topic, each.purpose) for each in SUBSCRIPTIONS}
    sending = {each["channel"]["$ref"].removeprefix("#/channels/") for each in operations if each["action"] == "send"}
    assert sending == {topic.name for topic in public()}


def test_personal_data_and_a_sunset_are_said() -> None:
    new = visits(name="visits.came.v2")
    made = register_of(new, retired(visits(), new, date(2027, 3, 1)))
    found = asyncapi.document(made.topics, made.examples, made.owners, made.teams, made.subscriptions)
    assert official().is_valid(found)
    old = found["channels"]["visits.came.v1"]
    assert (old["x-sunset"], old["x-successor"]) == ("2027-03-01", "visits.came.v2")
    messages = found["components"]["messages"]
    assert messages["Visited.v1"]["deprecated"] is True
    assert "deprecated" not in messages["Visited.v2"]
    assert set(messages["Visited.v1"]["x-personal-data"]) == {"visitor"}


def test_it_is_committed() -> None:
    assert derive.DERIVED / asyncapi.FILE in derive.rendered()
    assert (derive.DERIVED / asyncapi.FILE).read_text(encoding="utf-8") == asyncapi.render(), "run `make derive`"
