"""`contracts check --registry` of a captured topic: the registry has no rule for it, and tells how its table is."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from runtime.contracts import Checked, run
from runtime.contracts_captured import Captured
from runtime.contracts_history import Repository
from runtime.settings import RegistrySettings, load
from schemas.contract import Contract, Contracts
from schemas.topic import Avro
from tests.contracts.checkout import Checkout

pytestmark = pytest.mark.broker
ID, SUBJECT, NOTE = (
    {"name": "id", "type": "long"},
    {"name": "subject", "type": "string"},
    {"name": "note", "type": ["null", "string"], "default": None},
)
NUMBER = {"name": "subject", "type": "int"}


def envelope(*columns: dict[str, Any]) -> Avro:
    row = {"type": "record", "name": "Value", "fields": list(columns)}
    sides = [
        {"name": "before", "type": ["null", row], "default": None},
        {"name": "after", "type": ["null", "Value"], "default": None},
    ]
    return {"type": "record", "name": "Envelope", "fields": sides}


@pytest.fixture
def settings(stack: object) -> RegistrySettings:
    return load(RegistrySettings)


@pytest.fixture
def client(settings: RegistrySettings) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient({"url": settings.url}) as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"cdc.test.public.t{uuid.uuid4().hex[:12]}"


def checked(where: Checkout, settings: RegistrySettings, name: str, before: Avro, after: Avro) -> Checked:
    old = Contracts({name: Contract(name=name, schema=before, captured=True)})
    where.commit(old)
    new = replace(old, topics={name: replace(old.topics[name], schema=after)})
    return run(Repository(where.root), "HEAD", new, registry=settings)


def write(client: SchemaRegistryClient, name: str, *versions: Avro) -> None:
    """What the connector registers as the table changes."""
    for schema in versions:
        client.register_schema(f"{name}-value", Schema(json.dumps(schema), "AVRO"))


def sentences(found: Checked) -> list[str]:
    (opinion,) = found.opinions
    assert isinstance(opinion, Captured)
    return opinion.sentences()


def test_a_register_that_follows_its_table_is_accepted(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    write(client, name, envelope(ID, SUBJECT), envelope(ID, SUBJECT, NOTE))
    found = checked(checkout, settings, name, envelope(ID, SUBJECT), envelope(ID, SUBJECT, NOTE))
    assert found.acceptable
    assert sentences(found) == [
        f"{name} is captured: what its table writes now (2 versions) could be read with this register"
    ]


def test_a_column_that_the_table_has_not_yet_is_told(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    write(client, name, envelope(ID, SUBJECT))
    found = checked(checkout, settings, name, envelope(ID, SUBJECT), envelope(ID, SUBJECT, NOTE))
    assert found.acceptable
    assert sentences(found)[1:] == [f"{name}: column note (text) is not in the table yet: it reads as NULL until it is"]


def test_a_type_that_the_table_has_not_would_stop_the_readers(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    write(client, name, envelope(ID, SUBJECT))
    found = checked(checkout, settings, name, envelope(ID, SUBJECT), envelope(ID, NUMBER))
    assert not found.acceptable
    assert sentences(found) == [
        f"{name} is captured: what its table writes now (1 version) would stop its readers with this register",
        f"{name}: column subject is integer in the register and text in the table: alter the table first",
    ]


def test_a_dropped_column_that_the_register_keeps_would_stop_the_readers(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    write(client, name, envelope(ID, SUBJECT, NOTE), envelope(ID, SUBJECT))
    found = checked(checkout, settings, name, envelope(ID, NOTE), envelope(ID, SUBJECT, NOTE))
    assert not found.acceptable
    assert f"{name}: column note (text) was dropped from the table: take it out of the record type" in sentences(found)


def test_a_rule_of_its_own_is_told_with_what_it_would_do(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    write(client, name, envelope(ID, SUBJECT, NOTE))
    client.set_compatibility(f"{name}-value", "BACKWARD")
    found = checked(checkout, settings, name, envelope(ID, SUBJECT), envelope(ID, SUBJECT, NOTE))
    assert f"the registry holds {name} to BACKWARD" in sentences(found)[-1]
    assert "stops every table of the connector" in sentences(found)[-1]


def test_a_table_that_was_never_captured_is_told(settings: RegistrySettings, checkout: Checkout, name: str) -> None:
    found = checked(checkout, settings, name, envelope(ID), envelope(ID, NOTE))
    assert found.acceptable
    assert sentences(found) == [
        f"the registry has not seen {name}: its table was never captured, so nothing can be compared"
    ]
