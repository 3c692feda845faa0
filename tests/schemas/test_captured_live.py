"""What the register says of captured topics is what Debezium really registered."""

import json
from typing import Any

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient

from deploy.local.stack import Stack
from runtime.registry import Registry
from runtime.settings import RegistrySettings, load
from schemas.captured import CAPTURED
from schemas.envelope import schema_of
from schemas.events import ORDER_PLACED
from schemas.topic import Topic

pytestmark = pytest.mark.broker

NOISE = {"doc", "default", "connect.default", "connect.version", "connect.parameters"}


def plain(schema: Any) -> Any:
    """A schema without what carries no shape: docs, defaults, Connect's bookkeeping."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: plain(value) for key, value in schema.items() if key not in NOISE}
    if kept.get("logicalType") == "decimal":
        kept.pop("connect.name", None)
    if kept.get("type") == "record":
        kept.pop("connect.name", None)
        kept.pop("namespace", None)
    if kept.get("connect.name") == "io.debezium.data.Enum":
        kept.pop("connect.name")
    return kept["type"] if set(kept) == {"type"} else kept


def assert_registered(topic: Topic) -> None:
    """The register's schema is one that Debezium registered; tests that alter a table leave newer ones behind."""
    with SchemaRegistryClient({"url": load(RegistrySettings).url}) as registry:
        versions = [
            registry.get_version(topic.subject, number).schema.schema_str
            for number in registry.get_versions(topic.subject)
        ]
    assert plain(schema_of(topic)) in [plain(json.loads(text)) for text in versions]


@pytest.mark.parametrize("topic", CAPTURED.values(), ids=lambda topic: topic.name)
def test_debezium_registered_what_the_register_declares(stack: Stack, topic: Topic) -> None:
    assert_registered(topic)


def test_only_subjects_of_captured_tables_have_no_rule(stack: Stack) -> None:
    ours = Registry(load(RegistrySettings))
    ours.register(ORDER_PLACED)
    ours.close()
    with SchemaRegistryClient({"url": load(RegistrySettings).url}) as registry:
        assert registry.get_compatibility() == "NONE"
        assert registry.get_compatibility(ORDER_PLACED.subject) == "FULL_TRANSITIVE"


def test_the_comparison_sees_a_retyped_column(stack: Stack) -> None:
    declared = schema_of(CAPTURED["orders"])
    changed = json.loads(json.dumps(declared))
    changed["fields"][0]["type"][1]["fields"][0]["type"] = "int"
    assert plain(changed) != plain(declared)
