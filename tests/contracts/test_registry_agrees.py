"""The real registry says of every schema change what the table says, or the table says why it does not."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from runtime.contracts import run
from runtime.contracts_history import Repository
from runtime.contracts_registry import RegisteredVersions
from runtime.errors import UserError
from runtime.settings import RegistrySettings, load
from schemas.compatibility.verdict import Verdict
from schemas.contract import Contracts
from schemas.topic import Avro
from tests.contracts.change import Change, named
from tests.contracts.checkout import Checkout
from tests.contracts.parcels import TOPIC, Edit, field, noted, of, register, removed, symbols
from tests.contracts.schema_changes import SCHEMA_CHANGES

pytestmark = pytest.mark.broker


@pytest.fixture
def settings(stack: object) -> RegistrySettings:
    return load(RegistrySettings)


@pytest.fixture
def client(settings: RegistrySettings) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient({"url": settings.url}) as client:
        yield client


@pytest.fixture
def registered(settings: RegistrySettings) -> Iterator[RegisteredVersions]:
    registered = RegisteredVersions(settings)
    yield registered
    registered.close()


def keep(client: SchemaRegistryClient, topic: str, level: str, *schemas: Avro) -> str:
    """A subject with these versions, held to the level from now on."""
    subject = f"{topic}-value"
    for schema in schemas:
        client.register_schema(subject, Schema(json.dumps(schema), "AVRO"))
        # a subject has a level of its own only once it is there; versions before the last may break each other
        client.set_compatibility(subject, "NONE")
    client.set_compatibility(subject, level)
    return subject


@pytest.mark.parametrize("change", SCHEMA_CHANGES, ids=named)
def test_the_registry_says_what_the_table_says(
    client: SchemaRegistryClient, registered: RegisteredVersions, change: Change
) -> None:
    verdicts = (change.public, change.internal)
    ours = tuple(verdict is not Verdict.BREAKING for verdict in verdicts)
    theirs = []
    for public, level in ((True, "FULL_TRANSITIVE"), (False, "BACKWARD")):
        old = change.before(register(public=public))
        versions = [edit(old).topics[TOPIC].schema for edit in (change.older, lambda same: same) if edit is not None]
        subject = keep(client, f"test.{uuid.uuid4().hex[:12]}", level, *versions)
        assert (registered.level(subject), registered.versions(subject)) == (level, versions)
        theirs.append(registered.accepts(subject, change.edit(old).topics[TOPIC].schema))
    expected = ours if change.registry is None else change.registry[:2]
    assert tuple(theirs) == expected
    assert change.registry is None or (tuple(theirs) != ours and change.registry[2]), "the table claims a difference"


def called(contracts: Contracts, name: str) -> Contracts:
    """The register with its topic under another name, so that a test has a subject of its own."""
    return replace(contracts, topics={name: replace(contracts.topics[TOPIC], name=name)}, subscriptions=())


@pytest.fixture
def name() -> str:
    return f"test.{uuid.uuid4().hex[:12]}.v1"


def checked(where: Checkout, settings: RegistrySettings, name: str, edit: Edit) -> tuple[bool, list[str]]:
    old = register(public=True)
    where.commit(called(old, name))
    found = run(Repository(where.root), "HEAD", called(noted(edit)(old), name), registry=settings)
    return found.acceptable, [sentence for each in found.opinions for sentence in each.sentences()]


def test_both_verdicts_are_told(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    keep(client, name, "FULL_TRANSITIVE", register(public=True).topics[TOPIC].schema)
    fine, (sentence,) = checked(checkout, settings, name, field("label", default="plain"))
    assert fine
    expected = f"the registry accepts the schema of {name} (FULL_TRANSITIVE, 1 version); this check accepts it"
    assert sentence == expected
    fine, (sentence,) = checked(checkout, settings, name, removed("count"))
    assert not fine
    assert sentence.startswith(
        f"the registry refuses the schema of {name} (FULL_TRANSITIVE, 1 version); this check refuses"
    )


def test_a_disagreement_is_told_in_words(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    keep(client, name, "FULL_TRANSITIVE", register(public=True).topics[TOPIC].schema)
    change = field("sent_at", type={"type": "long", "logicalType": "timestamp-millis"})
    fine, sentences = checked(checkout, settings, name, change)
    assert not fine
    assert sentences[1].startswith(f"they disagree about {name}: the stricter one counts")


def test_a_version_that_only_the_registry_has_counts(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    base = register(public=True)
    older = removed("label")(base).topics[TOPIC].schema
    keep(client, name, "FULL_TRANSITIVE", older, base.topics[TOPIC].schema)
    fine, (sentence,) = checked(checkout, settings, name, field("label", default=...))
    assert not fine
    assert "refuses the schema" in sentence
    assert "2 versions" in sentence


def test_a_subject_with_a_weaker_rule_is_told(
    client: SchemaRegistryClient, settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    keep(client, name, "BACKWARD", register(public=True).topics[TOPIC].schema)
    change = symbols("status", "packed", "sent", "lost", "unknown")
    fine, sentences = checked(checkout, settings, name, change)
    assert not fine
    assert f"the registry holds {name} to BACKWARD, the register to FULL_TRANSITIVE" in sentences


def test_a_topic_that_the_registry_has_not_seen_is_accepted(
    settings: RegistrySettings, checkout: Checkout, name: str
) -> None:
    fine, (sentence,) = checked(checkout, settings, name, field("label", default="plain"))
    assert fine
    assert "(NONE, 0 versions)" in sentence


def test_a_registry_that_does_not_answer_ends_the_check(stack: object, checkout: Checkout, name: str) -> None:
    away = RegistrySettings(url="http://127.0.0.1:9/apis/ccompat/v7")
    with pytest.raises(UserError, match="does not answer"):
        checked(checkout, away, name, removed("count"))


def test_attributes_are_not_the_registry_s(settings: RegistrySettings, checkout: Checkout, name: str) -> None:
    fine, sentences = checked(checkout, settings, name, of(owner="support"))
    assert (fine, sentences) == (True, [])
