"""What other teams subscribe to: every public event comes of a real change, once, and only then."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition
from psycopg import AsyncConnection

from deploy.local.stack import Stack
from runtime.codec import Decoder
from runtime.kafka import librdkafka
from runtime.registry import Registry
from runtime.settings import KafkaSettings, PlatformAgent, RegistrySettings, load
from schemas.captured import CAPTURED, PLATFORM_CAPTURED
from schemas.events import EVENTS, ORDER_PLACED, PHARMACY_REGISTERED
from schemas.identifiers import with_cnpj_digits
from schemas.topic import Topic
from tests.e2e.test_capture import one
from tests.schemas.test_captured_live import assert_registered

pytestmark = pytest.mark.broker
LIMIT = 90.0
NOW = datetime.now(UTC)


class Eyes:
    """Everything written to some topics from now on."""

    def __init__(self, consumer: confluent_kafka.Consumer, decoder: Decoder | None) -> None:
        self._consumer, self._decoder = consumer, decoder
        self.events: list[tuple[str, Any]] = []

    def wait(self, enough: Callable[[list[tuple[str, Any]]], bool], seconds: float = LIMIT) -> bool:
        """Reads until it is enough; ``False`` when that takes too long. Blocks."""
        until = time.monotonic() + seconds
        while not enough(self.events):
            if time.monotonic() > until:
                return False
            message = self._consumer.poll(0.2)
            if message is not None and not message.error():
                value = message.value()
                assert value is not None
                self.events.append((message.topic() or "", self._decoder.decode(value) if self._decoder else message))
        return True


@contextmanager
def watching_all(topics: list[str], *, decoded: bool = True) -> Iterator[Eyes]:
    settings = {**librdkafka(load(KafkaSettings)), "group.id": f"test.{uuid.uuid4().hex}", "enable.auto.commit": False}
    consumer, registry = confluent_kafka.Consumer(settings), Registry(load(RegistrySettings))
    try:
        known = consumer.list_topics(timeout=60).topics
        places = [TopicPartition(topic, number) for topic in topics for number in known[topic].partitions]
        for place in places:
            place.offset = consumer.get_watermark_offsets(place, timeout=60)[1]
        consumer.assign(places)
        yield Eyes(consumer, Decoder(registry) if decoded else None)
    finally:
        consumer.close()
        registry.close()


@pytest.fixture
async def talks(platform: Stack) -> AsyncIterator[AsyncConnection[Any]]:
    """Our own database, as the agents write it."""
    dsn = load(PlatformAgent).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        yield connection


async def order(marketplace: AsyncConnection[Any]) -> int:
    number = f"9{uuid.uuid4().int % 10**7:07d}"
    row = await one(
        marketplace,
        "INSERT INTO orders (number, pharmacy_id, supplier_id, status, items_total, discount, freight, total,"
        " placed_at, status_changed_at) SELECT %s, p.id, s.id, 'placed', 10, 0, 5, 15, now(), now()"
        " FROM (SELECT min(id) AS id FROM pharmacies) p, (SELECT min(id) AS id FROM suppliers) s RETURNING id",
        number,
    )
    return int(row[0])


async def move(marketplace: AsyncConnection[Any], number: int, *states: str) -> None:
    for state in states:
        await marketplace.execute("UPDATE orders SET status = %s WHERE id = %s", (state, number))


async def fulfil(marketplace: AsyncConnection[Any]) -> set[str]:
    """An order that is delivered late and goes back, another that is cancelled; the subjects."""
    kept, dropped = await order(marketplace), await order(marketplace)
    await move(marketplace, dropped, "cancelled")
    await move(marketplace, kept, "confirmed", "picking", "invoiced", "shipped")
    (shipment,) = await one(
        marketplace,
        "INSERT INTO shipments (order_id, carrier, status, estimated_delivery) VALUES (%s, 'Teste', 'preparing', %s)"
        " RETURNING id",
        *(kept, NOW.date()),
    )
    for change in (
        "status = 'in_transit', shipped_at = now()",
        "estimated_delivery = estimated_delivery + 2",
        "status = 'delivered', delivered_at = now()",
    ):
        await marketplace.execute(f"UPDATE shipments SET {change} WHERE id = {shipment}".encode())
    await move(marketplace, kept, "delivered", "returned")
    return {str(kept), str(dropped), str(shipment)}


async def trade(marketplace: AsyncConnection[Any]) -> set[str]:
    """A product, an offer whose price moves and which is withdrawn, stock that changes; the subjects."""
    copied = "manufacturer_id, stripe, price_regime, ceiling_price, active_ingredients"
    product, supplier = await one(
        marketplace,
        f"INSERT INTO products (name, presentation, variant, status, {copied}) SELECT 'Evento', presentation || %s, 1,"
        f" 'active', {copied} FROM products WHERE ceiling_price IS NULL OR ceiling_price > 9 ORDER BY id LIMIT 1"
        " RETURNING id, manufacturer_id",
        uuid.uuid4().hex[:8],
    )
    (offer,) = await one(
        marketplace,
        "INSERT INTO offers (supplier_id, product_id, price, minimum_quantity, state) VALUES (%s, %s, 5, 1, 'active')"
        " RETURNING id",
        *(supplier, product),
    )
    await marketplace.execute("UPDATE offers SET price = 4.5 WHERE id = %s", (offer,))
    await marketplace.execute("UPDATE offers SET state = 'withdrawn' WHERE id = %s", (offer,))
    await marketplace.execute("INSERT INTO inventory VALUES (%s, %s, 8, 0)", (supplier, product))
    await marketplace.execute("UPDATE inventory SET on_hand = 6 WHERE product_id = %s", (product,))
    return {str(product), str(offer), f"{supplier}:{product}"}


async def join(marketplace: AsyncConnection[Any]) -> set[str]:
    """A pharmacy with a contact who takes consent back, and a complaint that is resolved; the subjects."""
    (pharmacy,) = await one(
        marketplace,
        "INSERT INTO pharmacies (cnpj, legal_name, trade_name, city, state, status)"
        " VALUES (%s, 'T', 'T', 'Recife', 'PE', 'pending') RETURNING id",
        with_cnpj_digits(f"{uuid.uuid4().int % 10**12:012d}"),
    )
    (contact,) = await one(
        marketplace,
        "INSERT INTO contacts (pharmacy_id, name, role, phone, consent, consent_at) VALUES (%s, 'Ana', 'buyer',"
        " '+5581999990000', 'granted', now()) RETURNING id",
        pharmacy,
    )
    await marketplace.execute("UPDATE contacts SET consent = 'revoked', consent_at = now() WHERE id = %s", (contact,))
    (complaint,) = await one(
        marketplace,
        "INSERT INTO complaints (pharmacy_id, channel, subject, body, status, opened_at) VALUES (%s, 'email', 'price',"
        " 'caro', 'open', now()) RETURNING id",
        pharmacy,
    )
    await marketplace.execute(
        "UPDATE complaints SET status = 'resolved', resolved_at = now() WHERE id = %s", (complaint,)
    )
    return {str(pharmacy), str(contact), str(complaint)}


async def talk(talks: AsyncConnection[Any]) -> set[str]:
    """A conversation that is answered, escalated, closed and rated; the subject."""
    conversation, turn, escalation = (str(uuid.uuid4()) for _ in range(3))
    message = f"wamid.{uuid.uuid4().hex}"
    for sql, values in (
        (
            "INSERT INTO conversations (id, channel, phone_number_id, contact, state, slots, opened_at,"
            " last_message_at) VALUES (%s, 'whatsapp', '1', %s, 'open', '{}', now(), now())",
            (conversation, uuid.uuid4().hex),
        ),
        (
            "INSERT INTO messages (id, conversation_id, direction, channel_message_id, kind, text, sent_at)"
            " VALUES (%s, %s, 'inbound', %s, 'text', 'segredo do cliente', now())",
            (str(uuid.uuid4()), conversation, message),
        ),
        (
            "INSERT INTO turns (id, conversation_id, inbound_message_id, flow, flows, understanding, entities, seen,"
            " outcome, latency_ms, decided_at) VALUES (%s, %s, %s, 'human', '{human}', 'offline',"
            " '{\"s\": \"segredo\"}', '{}', 'replied', 7, now())",
            (turn, conversation, message),
        ),
        (
            "INSERT INTO escalations (id, conversation_id, turn_id, reason, priority, summary, state, created_at)"
            " VALUES (%s, %s, %s, 'asked_for_person', 'high', 'segredo', 'waiting', now())",
            (escalation, conversation, turn),
        ),
        ("UPDATE conversations SET state = 'closed', closed_at = now() WHERE id = %s", (conversation,)),
        ("UPDATE conversations SET rating = 5, rated_at = now() WHERE id = %s", (conversation,)),
    ):
        await talks.execute(sql.encode(), values)
    return {conversation}


@pytest.mark.timeout(180)
async def test_every_public_event_comes_of_its_change_once(
    marketplace: AsyncConnection[Any], talks: AsyncConnection[Any]
) -> None:
    with watching_all([topic.name for topic in EVENTS]) as eyes:
        subjects = await fulfil(marketplace) | await trade(marketplace) | await join(marketplace) | await talk(talks)

        def ours(events: list[tuple[str, Any]]) -> Counter[str]:
            return Counter(topic for topic, event in events if event["subject"] in subjects)

        complete = await asyncio.to_thread(eyes.wait, lambda events: set(ours(events)) == {t.name for t in EVENTS})
        missing = {topic.name for topic in EVENTS} - set(ours(eyes.events))
        assert complete, f"no event of {sorted(missing)} within {LIMIT:.0f} s"
        await asyncio.to_thread(eyes.wait, lambda _: False, 2)
        mine = [(topic, event) for topic, event in eyes.events if event["subject"] in subjects]
        assert len({event["id"] for _, event in mine}) == len(mine)
        assert all(event["type"] == topic for topic, event in mine)
        assert ours(eyes.events)[ORDER_PLACED.name] == 2
        assert "segredo" not in repr(mine)
    for topic in PLATFORM_CAPTURED.values():
        assert_registered(topic)


@pytest.mark.timeout(120)
async def test_a_change_that_breaks_a_rule_is_a_dead_letter_with_the_rules_name(
    platform: Stack, marketplace: AsyncConnection[Any]
) -> None:
    """The marketplace's own checks are stronger than ours, so the bad change is written to the captured topic."""
    pharmacies = CAPTURED["pharmacies"]
    with watching_all([pharmacies.name], decoded=False) as source:
        await join(marketplace)
        assert await asyncio.to_thread(source.wait, bool)
        message = source.events[0][1]
    with watching_all([pharmacies.dead_letter], decoded=False) as letters:
        await asyncio.to_thread(produce, pharmacies, message.key(), spoiled(message.value()))
        assert await asyncio.to_thread(letters.wait, bool)
        headers = dict(letters.events[0][1].headers() or [])
    assert b"rule:cnpj.cnpj" in headers.values()
    assert PHARMACY_REGISTERED.name not in {topic for topic, _ in letters.events}


def spoiled(value: bytes) -> bytes:
    """The same change with another CNPJ of the same length: its check digits are wrong then."""
    registry = Registry(load(RegistrySettings))
    try:
        cnpj = Decoder(registry).decode(value)["after"]["cnpj"].encode()
    finally:
        registry.close()
    return value.replace(cnpj, cnpj[:-1] + (b"1" if cnpj[-1:] == b"0" else b"0"))


def produce(topic: Topic, key: bytes, value: bytes) -> None:
    producer = confluent_kafka.Producer(librdkafka(load(KafkaSettings)))
    producer.produce(topic.name, key=key, value=value)
    assert producer.flush(10) == 0
