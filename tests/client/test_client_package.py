"""The package as another team gets it: built, installed, and used against the real broker."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import confluent_kafka
import fastavro
import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from runtime.codec import Encoder
from runtime.kafka import librdkafka
from runtime.producer import Message, Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, load
from schemas import client, example
from schemas.envelope import schema_of
from schemas.events import PRICE_CHANGED
from tests.client.conftest import SOURCE

PROGRAM = Path(__file__).with_name("subscriber.py")
PARTITIONS = range(PRICE_CHANGED.partitions)


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built without an index."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, SOURCE.parent)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-index", "--no-deps", "--target", folder, wheel)
    return folder


@pytest.mark.unit
def test_the_wheel_holds_types_and_schemas_and_needs_two_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        (about,) = (archive.read(name).decode() for name in held if name.endswith("METADATA"))
    assert "balcao_events/py.typed" in held
    assert {f"balcao_events/schemas/{topic.name}.avsc" for topic in client.PUBLIC} <= held
    assert {name.split("/")[0].split("-")[0] for name in held} == {"balcao_events"}
    needs = [line for line in about.splitlines() if line.startswith("Requires-Dist:")]
    assert [need.split()[1].split(">")[0] for need in needs] == ["confluent-kafka", "fastavro"]


@dataclass
class Subscriber:
    """One test's subscriber: events of its own source, a group that begins at the topic's present end."""

    installed: Path
    folder: Path
    source: str = field(default_factory=lambda: f"/test/{uuid.uuid4()}")
    kafka: KafkaSettings = field(default_factory=lambda: load(KafkaSettings))
    registry: RegistrySettings = field(default_factory=lambda: load(RegistrySettings))

    def __post_init__(self) -> None:
        self.group = f"billing.{self.source.rpartition('/')[2]}"
        self.effects = self.folder / "effects"
        ends = [TopicPartition(PRICE_CHANGED.name, number, self._end(number)) for number in PARTITIONS]
        admin = AdminClient(librdkafka(self.kafka))
        for answer in admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(self.group, ends)]).values():
            answer.result()

    async def publish(self, count: int) -> list[str]:
        """Events through the platform's own encoder and producer; returns their ids."""
        values = [self.value(number) for number in range(count)]
        await self.send([self._encoder().encode(PRICE_CHANGED, value) for value in values])
        return [value["id"] for value in values]

    async def send(self, raw: Sequence[bytes]) -> None:
        """Records as they are, over both partitions."""
        producer = Producer(self.kafka, client_id="test")
        try:
            await producer.send([Message(PRICE_CHANGED.name, str(n % 7), value) for n, value in enumerate(raw)])
        finally:
            await producer.close()

    def value(self, number: int) -> dict[str, Any]:
        """An event of this source."""
        price = {"before": Decimal("10.00"), "after": Decimal("10.01") + number, "subject": str(number % 7)}
        return {**example.read(PRICE_CHANGED), **price, "id": str(uuid.uuid4()), "source": self.source}

    async def run(self, *arguments: str, status: int = 0) -> list[dict[str, Any]]:
        """What the subscriber's program said."""
        done = await asyncio.to_thread(self._run, arguments)
        assert done.returncode == status, f"{done.returncode}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    async def read(self, count: int, *how: str, status: int = 0) -> list[dict[str, Any]]:
        """The program reads until that many effects happened in all."""
        arguments = ("read", self.group, self.source, str(self.effects), str(count), *how)
        return await self.run(*arguments, status=status)

    def committed(self) -> dict[int, int]:
        """The group's offsets by partition."""
        admin = AdminClient(librdkafka(self.kafka))
        asked = [TopicPartition(PRICE_CHANGED.name, number) for number in PARTITIONS]
        (answer,) = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(self.group, asked)]).values()
        return {found.partition: found.offset for found in answer.result().topic_partitions}

    def _run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        sign_in = {"USERNAME": self.kafka.sasl_username, "MECHANISM": self.kafka.sasl_mechanism}
        if self.kafka.sasl_password is not None:
            sign_in["PASSWORD"] = self.kafka.sasl_password.get_secret_value()
        given = {
            "BOOTSTRAP": self.kafka.bootstrap_servers,
            "REGISTRY": self.registry.url,
            "SECURITY_PROTOCOL": self.kafka.security_protocol,
            **sign_in,
        }
        environment = {f"BALCAO_EVENTS_{name}": value for name, value in given.items() if value}
        return subprocess.run(
            [sys.executable, "-P", PROGRAM, *arguments],
            cwd=self.folder,
            env={"PYTHONPATH": str(self.installed), "PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def _encoder(self) -> Encoder:
        registry = Registry(self.registry)
        encoder = Encoder(registry)
        encoder.prepare(PRICE_CHANGED)
        registry.close()
        return encoder

    def _end(self, partition: int) -> int:
        reader = confluent_kafka.Consumer({**librdkafka(self.kafka), "group.id": "test-ends"})
        try:
            _, high = reader.get_watermark_offsets(TopicPartition(PRICE_CHANGED.name, partition), timeout=60)
        finally:
            reader.close()
        return int(high)


@pytest.fixture
def subscriber(stack: object, installed: Path, tmp_path: Path) -> Subscriber:
    """A subscriber that has read nothing yet."""
    return Subscriber(installed, tmp_path)


@pytest.mark.broker
async def test_an_event_arrives_typed(subscriber: Subscriber) -> None:
    (event_id,) = await subscriber.publish(1)
    (event,) = await subscriber.run("first", subscriber.group, subscriber.source)
    assert event["id"] == repr(event_id)
    assert event["after"] == "Decimal('10.01')"
    assert event["time"].endswith("tzinfo=datetime.timezone.utc)")


@pytest.mark.broker
async def test_what_a_killed_program_had_in_hand_comes_again_and_happens_once(subscriber: Subscriber) -> None:
    ids = await subscriber.publish(20)
    begun = subscriber.committed()
    before = await subscriber.read(20, "kill", "8", status=-signal.SIGKILL)
    assert len(before) == 8
    in_hand = before[-1]
    assert subscriber.committed()[in_hand["partition"]] <= in_hand["offset"], "committed before it was handled"
    after = await subscriber.read(20)
    dropped = [line["id"] for line in after if line["what"] == "dropped"]
    assert in_hand["id"] in dropped, "the event in hand was not delivered again"
    assert sorted(subscriber.effects.read_text().split()) == sorted(ids), "each happens once, none is lost"
    ended = subscriber.committed()
    assert sum(ended.values()) - sum(begun.values()) >= 20, "an orderly end commits everything"


@pytest.mark.broker
async def test_a_handler_that_raises_leaves_its_event_for_the_next_start(subscriber: Subscriber) -> None:
    ids = await subscriber.publish(10)
    said = await subscriber.read(10, "fail", "5", status=1)
    failed = said[-1]
    assert [line["what"] for line in said] == ["handled"] * 4 + ["failed"]
    assert subscriber.committed()[failed["partition"]] == failed["offset"]
    rest = await subscriber.read(10)
    assert not [line for line in rest if line["what"] == "dropped"], "what was handled was committed at the end"
    assert failed["id"] in [line["id"] for line in rest]
    assert sorted(subscriber.effects.read_text().split()) == sorted(ids)


@pytest.mark.broker
async def test_a_stretch_of_time_is_replayed_exactly_in_order_without_a_group(subscriber: Subscriber) -> None:
    await subscriber.publish(15)
    start = await moment()
    wanted = await subscriber.publish(12)
    end = await moment()
    later = await subscriber.publish(6)
    begun = subscriber.committed()

    found = await subscriber.run("replay", subscriber.source, start, end)
    assert sorted(line["id"] for line in found) == sorted(wanted)
    assert {line["partition"] for line in found} == set(PARTITIONS)
    for number in PARTITIONS:
        offsets = [line["offset"] for line in found if line["partition"] == number]
        assert offsets == sorted(offsets)
    until_now = await subscriber.run("replay", subscriber.source, start)
    assert sorted(line["id"] for line in until_now) == sorted(wanted + later)
    assert await subscriber.run("replay", subscriber.source, await moment()) == []
    assert subscriber.committed() == begun
    groups = AdminClient(librdkafka(subscriber.kafka)).list_consumer_groups().result().valid
    assert "balcao-events-replay" not in [group.group_id for group in groups]


async def moment() -> str:
    """A time that no record has."""
    await asyncio.sleep(0.02)
    now = datetime.now(UTC).isoformat()
    await asyncio.sleep(0.02)
    return now


@pytest.mark.broker
async def test_a_newer_schema_is_fetched_from_the_registry_and_still_reads(subscriber: Subscriber) -> None:
    newer = json.loads(json.dumps(schema_of(PRICE_CHANGED)))
    newer["fields"].insert(2, {"name": "campaign", "type": ["null", "string"], "default": None})
    with closing(SchemaRegistryClient({"url": subscriber.registry.url})) as registry:
        # a subject of the test's own: the topic's stays what the register says
        schema_id = registry.register_schema(f"{subscriber.group}-value", Schema(json.dumps(newer), "AVRO"))
    out = io.BytesIO()
    out.write(b"\0" + schema_id.to_bytes(4, "big"))
    value = subscriber.value(0)
    fastavro.schemaless_writer(out, fastavro.parse_schema(newer), {**value, "campaign": "BLACK FRIDAY"})
    await subscriber.send([out.getvalue()])
    (event,) = await subscriber.run("first", subscriber.group, subscriber.source)
    assert (event["id"], event["after"]) == (repr(value["id"]), repr(value["after"]))
