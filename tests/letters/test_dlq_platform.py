"""Dead letters on the running platform, with the real stations and sinks: edited, sent back, in effect once."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka import Message as KafkaMessage
from confluent_kafka import TopicPartition
from qdrant_client import AsyncQdrantClient

from deploy.local import notices
from deploy.local.stack import Stack
from runtime.codec import Decoder, Encoder
from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.letters.actions import Desk
from runtime.letters.values import plain
from runtime.producer import Message, Producer
from runtime.qdrant import connect
from runtime.registry import Registry
from runtime.settings import BigQuerySettings, KafkaSettings, QdrantSettings, RegistrySettings, load
from schemas import bigquery as tables
from schemas.access import BY_COMMAND
from schemas.captured import CAPTURED
from schemas.example import read
from schemas.topic import Topic
from schemas.topics import INBOUND, SEARCH_DOCUMENTS
from sinks.bigquery.warehouse import Warehouse

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
PRODUCTS = CAPTURED["products"]
BIGQUERY, STREAMS = BY_COMMAND["bigquery"].group, BY_COMMAND["streams"].group
Dlq = Callable[..., str]


async def until(check: Callable[[], Any], seconds: float = 120) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await check()):  # noqa: ASYNC110 - a server is asked, it tells nobody
            await asyncio.sleep(0.2)
    return found


@dataclass
class World:
    """The platform's topics and views."""

    kafka: KafkaSettings
    registry: Registry
    producer: Producer
    warehouse: Warehouse
    qdrant: AsyncQdrantClient

    async def write(self, topic: Topic, key: bytes | str | None, value: bytes | None) -> None:
        await self.producer.send([Message(topic.name, key, value)])

    def product(self) -> tuple[KafkaMessage, dict[str, Any]]:
        """The newest record of some product, and what it says."""
        options = {**librdkafka(self.kafka), "group.id": "test.reader", "enable.auto.commit": False}
        consumer = confluent_kafka.Consumer(options)
        try:
            _, end = consumer.get_watermark_offsets(TopicPartition(PRODUCTS.name, 0), timeout=60)
            for back in range(1, 50):
                consumer.assign([TopicPartition(PRODUCTS.name, 0, end - back)])
                message = consumer.poll(15)
                assert message is not None
                raw = message.value()
                if raw and len(raw) > 100 and (value := Decoder(self.registry).decode(raw))["after"]:
                    return message, value
        finally:
            consumer.close()
        raise AssertionError("no product in the topic's end")

    async def rows(self, sql: str) -> list[Any]:
        return await self.warehouse.query(sql.replace("$", self.warehouse.dataset))

    async def named(self, product: int) -> str | None:
        found = await self.rows(f"SELECT name FROM `$.{tables.view_name(PRODUCTS)}` WHERE id = {product}")
        return found[0].name if found else None

    async def stored(self, letter: dict[str, Any]) -> int:
        origin = letter["origin"]
        (found,) = await self.rows(
            f"SELECT COUNT(*) AS n FROM `$.{tables.history_name(PRODUCTS)}` "
            f"WHERE _kafka_partition = {origin['partition']} AND _offset = {origin['offset']}"
        )
        return int(found.n)

    async def point(self, product: int) -> dict[str, Any]:
        found = await self.qdrant.retrieve(load(QdrantSettings).collection, [product])
        return (found[0].payload or {}) if found else {}


@pytest.fixture
async def world(platform: Stack) -> AsyncIterator[World]:
    kafka = load(KafkaSettings)
    registry = Registry(load(RegistrySettings))
    producer = Producer(kafka, client_id="test")
    made = World(kafka, registry, producer, Warehouse(load(BigQuerySettings)), connect(load(QdrantSettings)))
    yield made
    await producer.close()
    await made.warehouse.close()
    await made.qdrant.close()
    registry.close()


async def waiting(dlq: Dlq, topic: Topic, groups: set[str]) -> dict[str, str]:
    """The newest waiting letter of each group, once they are all there."""

    async def look() -> dict[str, str]:
        piles = json.loads(dlq("list", "--topic", topic.name, "--json"))["waiting"]
        found = {pile["group"]: pile["example"] for pile in piles}
        return found if groups <= found.keys() else {}

    return dict(await until(look))


async def test_a_poison_row_is_edited_sent_back_and_there_once_in_both_views(
    platform: Stack, world: World, dlq: Dlq, written: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    message, value = world.product()
    product, lsn = value["after"]["id"], value["source"]["lsn"]
    await world.write(PRODUCTS, message.key(), (message.value() or b"")[:-3])
    letters = await waiting(dlq, PRODUCTS, {BIGQUERY, STREAMS})
    assert any("dead letter" in sentence for sentence in notices.read(platform))

    shown = json.loads(dlq("show", letters[BIGQUERY]))
    assert (shown["cause"], shown["group"], shown["state"]) == ("undecodable", BIGQUERY, "waiting")
    assert shown["key"] == {"id": product}
    name = f"Editado {uuid.uuid4().hex[:8]}"
    source = {**value["source"], "lsn": lsn + 1}
    edited = {**value, "op": "u", "after": {**value["after"], "name": name}, "source": source}
    path = written(json.loads(json.dumps(edited, default=plain)))
    dlq("edit", letters[BIGQUERY], "--file", path)
    assert "1 would be redriven" in dlq("redrive", letters[BIGQUERY], "--dry-run")
    assert await world.stored(shown) == 0

    # the run ends between the record and the decision about it
    with monkeypatch.context() as patched:
        patched.setattr(Desk, "_decided", lambda _desk, letters, _action: 1 / 0 if list(letters) else None)
        with pytest.raises(ZeroDivisionError):
            dlq("redrive", letters[BIGQUERY])
    with pytest.raises(UserError, match="was redriven already"):
        dlq("redrive", letters[BIGQUERY])
    assert "0 redriven" in dlq("redrive", "--topic", PRODUCTS.name, "--group", BIGQUERY)
    assert json.loads(dlq("show", letters[BIGQUERY]))["state"] == "redriven"

    async def arrived() -> bool:
        return await world.named(product) == name

    await until(arrived)
    assert await world.stored(shown) == 1

    version = (await world.point(product))["version"]
    dlq("edit", letters[STREAMS], "--file", path)
    assert "1 redriven" in dlq("redrive", "--topic", PRODUCTS.name, "--group", STREAMS, "--rate", "100")

    async def newer() -> bool:
        return bool((await world.point(product))["version"] > version)

    await until(newer)
    assert await world.stored(shown) == 1

    # and one that is older than what the row is by now
    await world.write(PRODUCTS, message.key(), b"\x01" + (message.value() or b""))
    letters = await waiting(dlq, PRODUCTS, {BIGQUERY, STREAMS})
    old = {**edited, "after": {**value["after"], "name": "Velho"}, "source": {**source, "lsn": lsn - 1}}
    path = written(json.loads(json.dumps(old, default=plain)))
    late = json.loads(dlq("show", letters[BIGQUERY]))
    dlq("edit", letters[BIGQUERY], "--file", path)
    dlq("redrive", letters[BIGQUERY])

    async def kept() -> bool:
        return await world.stored(late) == 1

    await until(kept)
    assert await world.named(product) == name
    dlq("discard", letters[STREAMS], "--reason", "an older state of the row")
    assert json.loads(dlq("show", letters[STREAMS]))["state"] == "discarded"


async def test_a_late_document_does_not_undo_a_newer_one_in_the_index(
    world: World, dlq: Dlq, written: Callable[[Any], str]
) -> None:
    product = 9_200_001
    encoder = Encoder(world.registry)
    encoder.prepare(SEARCH_DOCUMENTS)
    group = BY_COMMAND["qdrant"].group

    async def write(key: str, version: int, **changed: Any) -> None:
        document = {**read(SEARCH_DOCUMENTS), "product_id": product, "version": version, **changed}
        await world.write(SEARCH_DOCUMENTS, key, encoder.encode(SEARCH_DOCUMENTS, document))

    async def has(version: int) -> Any:
        async def look() -> bool:
            return (await world.point(product)).get("version") == version

        return await until(look)

    await write("errada", 100, name="Velho")
    letter = (await waiting(dlq, SEARCH_DOCUMENTS, {group}))[group]
    shown = json.loads(dlq("show", letter))
    assert shown["cause"] == "key-mismatch"
    await write(str(product), 200, name="Novo")
    await has(200)
    path = written(shown["value"])
    dlq("edit", letter, "--file", path, "--key", str(product))
    dlq("redrive", letter)
    await write("errada", 300, name="Mais novo")
    letter = (await waiting(dlq, SEARCH_DOCUMENTS, {group}))[group]
    with pytest.raises(UserError, match="version is a str"):
        dlq("edit", letter, "--file", written({**shown["value"], "version": "tres"}), "--key", str(product))
    path = written(json.loads(dlq("show", letter))["value"])
    dlq("edit", letter, "--file", path, "--key", str(product))
    dlq("redrive", letter)
    await has(300)
    assert (await world.point(product))["name"] == "Mais novo"
    await write(str(product), 400, deleted=True)
    await has(400)


async def test_a_persons_number_is_not_shown_and_what_is_discarded_waits_no_more(world: World, dlq: Dlq) -> None:
    contact = "5511912345678"
    await world.write(INBOUND, contact, b"\x09 oi, aqui e " + contact.encode())
    group = BY_COMMAND["customer"].group
    letter = (await waiting(dlq, INBOUND, {group}))[group]
    assert contact not in dlq("show", letter)
    assert contact in json.loads(dlq("show", letter, "--personal"))["key"]
    assert "1 would be discarded" in dlq(
        "discard", "--key", contact, "--topic", INBOUND.name, "--reason", "x", "--dry-run"
    )
    dlq("discard", "--key", contact, "--topic", INBOUND.name, "--reason", "teste")
    assert letter not in dlq("list")
    with pytest.raises(UserError, match="was discarded already"):
        dlq("redrive", letter)
    with pytest.raises(UserError, match="Say which letters"):
        dlq("redrive")
