"""The broker's topics come from the register, again and again with the same result."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings, load
from runtime.topics import TopicsMissingError, apply, require
from schemas.topic import Cleanup, Topic
from tests.runtime.fakes import counted

pytestmark = pytest.mark.broker


@pytest.fixture
def kafka(stack: object) -> Iterator[KafkaSettings]:
    yield load(KafkaSettings)


def config(kafka: KafkaSettings, name: str) -> dict[str, str]:
    admin = AdminClient(librdkafka(kafka))
    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    (answer,) = admin.describe_configs([resource]).values()
    return {key: entry.value for key, entry in answer.result().items()}


def topic() -> Topic:
    name = f"test.{uuid.uuid4().hex[:12]}"
    return replace(counted(name, partitions=3, cleanup=Cleanup.COMPACT), retention=timedelta(days=2))


def test_creates_what_is_missing_once(kafka: KafkaSettings) -> None:
    wanted = topic()
    with pytest.raises(TopicsMissingError, match=f"{wanted.name}, {wanted.dead_letter}"):
        require(kafka, [wanted])
    first = apply(kafka, [wanted])
    assert sorted(first.created) == [wanted.name, wanted.dead_letter]
    second = apply(kafka, [wanted])
    assert (second.created, second.differences) == ([], [])
    assert sorted(second.present) == [wanted.name, wanted.dead_letter]
    require(kafka, [wanted])


def test_dead_letters_are_kept_for_thirty_days(kafka: KafkaSettings) -> None:
    wanted = topic()
    apply(kafka, [wanted])
    assert config(kafka, wanted.name)["retention.ms"] == str(2 * 24 * 3600 * 1000)
    assert config(kafka, wanted.name)["cleanup.policy"] == "compact"
    assert config(kafka, wanted.dead_letter)["retention.ms"] == str(30 * 24 * 3600 * 1000)
    assert config(kafka, wanted.dead_letter)["cleanup.policy"] == "delete"


def test_says_what_differs_and_changes_nothing(kafka: KafkaSettings) -> None:
    wanted = topic()
    apply(kafka, [wanted])
    changed = replace(wanted, partitions=5, retention=timedelta(days=9))
    said = apply(kafka, [changed]).differences
    assert f"{wanted.name} has 3 partitions, the register says 5" in said
    assert f"{wanted.name} has retention.ms=172800000, the register says 777600000" in said
    assert config(kafka, wanted.name)["retention.ms"] == "172800000"
