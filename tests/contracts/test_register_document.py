"""The register's document: it holds every promise, and reads back as what was written."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, TypedDict

import pytest

from schemas import contract_document, derive
from schemas.compatibility.compare import compare
from schemas.contract import contract_of, current
from schemas.contract_document import DocumentError, parse, render
from schemas.marks import Doc, Personal
from schemas.rules import Between, Together
from schemas.topic import Revision, Topic
from schemas.topics import TOPICS

pytestmark = pytest.mark.unit


class Person(TypedDict):
    name: Annotated[str, Doc("."), Personal("name")]


class Visit(TypedDict):
    host: Annotated[Person, Doc(".")]
    guests: Annotated[list[Person] | None, Doc(".")]
    phones: Annotated[list[Annotated[str, Personal("phone number")]], Doc(".")]
    rooms: Annotated[int, Doc(".")]


VISITS = Topic(
    name="visits.made",
    value=Visit,
    description="Visits.",
    owner="support",
    producers=("streams",),
    rules=(Between("rooms", 1, 3), Together(("host", "guests"))),
    sunset=date(2027, 5, 1),
    successor="visits.made.v1",
    revisions=(Revision(date(2027, 1, 1), "First version."),),
)


def test_the_document_reads_back_as_the_register() -> None:
    assert parse(render(current())) == current()
    assert compare(parse(render(current())), current(), today=date(2027, 1, 1)) == ()


def test_a_deprecated_topic_with_rules_reads_back() -> None:
    contracts = replace(current(), topics={VISITS.name: contract_of(VISITS)})
    assert parse(render(contracts)) == contracts


def test_every_topic_and_attribute_is_there() -> None:
    topics = json.loads(render(current()))["topics"]
    assert list(topics) == sorted(topic.name for topic in TOPICS)
    wanted = {"owner", "producers", "consumers", "visibility", "key", "partitions", "retention_ms", "cleanup"}
    wanted |= {"rules", "sunset", "successor", "revisions", "personal", "schema", "description"}
    assert all(wanted <= topic.keys() for topic in topics.values())


def test_personal_fields_are_found_wherever_they_stand() -> None:
    assert contract_of(VISITS).personal == {
        "host.name": "name",
        "guests.name": "name",
        "phones": "phone number",
    }


def test_a_rule_s_bounds_can_be_compared() -> None:
    between, together = contract_of(VISITS).rules
    assert (between.kind, between.parameters) == ("between", {"field": "rooms", "least": "1", "most": "3"})
    assert together.parameters == {"fields": "host, guests"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 2, "topics": {}}', "7"])
def test_another_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(DocumentError):
        parse(text)


def test_a_newer_format_is_named() -> None:
    with pytest.raises(DocumentError, match="its format is 2, this program reads 1"):
        parse('{"format": 2, "topics": {"a": "other"}, "teams": {}, "subscriptions": []}')


def test_deriving_writes_the_document_and_removes_what_is_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "DERIVED", tmp_path)
    # what derives elsewhere in the tree is left alone
    monkeypatch.setattr("schemas.derive.client.rendered", dict)
    monkeypatch.setattr("schemas.derive.client.present", list)
    (tmp_path / "gone.avsc").write_text("{}")
    (tmp_path / "gone.json").write_text("{}")
    assert "register.json: missing" in derive.stale()
    assert {"gone.avsc: no topic has this name", "gone.json: no topic has this name"} <= set(derive.stale())
    assert {contract_document.FILE, "gone.avsc", "gone.json"} <= set(derive.write())
    assert derive.stale() == []
    (tmp_path / contract_document.FILE).write_text("{}")
    assert derive.stale() == ["register.json: differs from the register"]
