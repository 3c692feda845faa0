"""A small stack whose broker asks who one is, and clients that sign in to it."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import confluent_kafka
import pytest
from confluent_kafka import KafkaError, KafkaException
from pydantic import SecretStr

from deploy.local import security
from deploy.local.stack import Stack
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings, RegistrySettings
from schemas import access

PORT_BASE = int(os.environ.get("BALCAO_TEST_PORT_BASE", "27000")) + 600
WITHOUT = ("bigquery", "qdrant", "simulator", "contacts", "mender")


@dataclass
class Secured:
    """The stack, and what its settings are for whom."""

    stack: Stack

    @property
    def admin(self) -> KafkaSettings:
        return self.as_principal(access.ADMIN)

    @property
    def registry(self) -> RegistrySettings:
        return RegistrySettings(url=self.stack.environment()["BALCAO_REGISTRY_URL"])

    def as_principal(self, name: str) -> KafkaSettings:
        """The settings of one of ours."""
        return security.settings(self.stack.layout(), name)

    def as_team(self, name: str, password: str) -> KafkaSettings:
        """The settings of a team."""
        return self.admin.model_copy(
            update={"sasl_username": access.principal(name), "sasl_password": SecretStr(password)}
        )


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """PostgreSQL, Kafka, the registry, Connect, and the two streams stations, each signed in as itself."""
    folder = tmp_path_factory.mktemp("secure") / "data"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BALCAO_") or "CACHE" in name}
    found = Stack(Path(folder), PORT_BASE, environ=environ)
    try:
        found.up(stations=("streams", "events"), secure=True, without=WITHOUT)
        yield Secured(found)
    finally:
        found.clean()


def read_error(settings: KafkaSettings, topic: str, group: str) -> str:
    """Kafka's name for why the client may not read as a member of the group; ``""`` when it may."""
    found: list[str] = []
    consumer = confluent_kafka.Consumer(
        {
            **librdkafka(settings),
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "log_level": 0,
            "error_cb": lambda error: found.append(str(error.name())),
        }
    )
    try:
        consumer.subscribe([topic])
        deadline = time.monotonic() + 30
        while not found and time.monotonic() < deadline:
            if (message := consumer.poll(0.2)) is not None:
                error = message.error()
                end = error is None or error.code() == KafkaError._PARTITION_EOF
                found.append("" if error is None or end else str(error.name()))
    finally:
        consumer.close()
    return found[0] if found else "nothing happened"


def write_error(settings: KafkaSettings, topic: str) -> str:
    """Kafka's name for why the client may not write; ``""`` when it may."""
    found: list[str] = []
    producer = confluent_kafka.Producer({**librdkafka(settings), "message.timeout.ms": 8000, "log_level": 0})
    producer.produce(topic, b"x", on_delivery=lambda error, _: found.append("" if error is None else error.name()))
    producer.flush(15)
    return found[0] if found else "nothing happened"


def asked_error(ask: Callable[[], object]) -> str:
    """Kafka's name for why a request was refused; ``""`` when it was not."""
    try:
        ask()
    except KafkaException as error:
        return str(error.args[0].name())
    return ""
