"""The processor of domain events: what it produces, and what it refuses."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

import pytest

from runtime.codec import Decoder, Encoder
from runtime.intake import Intake
from runtime.producer import Producer
from runtime.records import Batch, Record
from schemas import example
from schemas.captured import CAPTURED
from schemas.events import EVENTS, ORDER_PLACED, ORDER_STATUS_CHANGED, PHARMACY_REGISTERED
from schemas.rules import Between, Differ, Filled, Format, Together, broken
from schemas.topic import KeyType, Topic
from streams.events.processor import DomainEvents
from tests.runtime.fakes import FakeProducer, FakeRegistry, Raw
from tests.streams.changes import change

pytestmark = pytest.mark.unit


class Ground:
    """The processor with a producer that keeps what it is sent."""

    def __init__(self) -> None:
        self.producer, self.registry = FakeProducer(), FakeRegistry().real()
        self.processor = DomainEvents(lambda: cast(Producer, self.producer), Encoder(self.registry))

    async def process(self, topic: Topic, *changes: Any) -> list[tuple[int, str]]:
        """The rejected records' offsets and causes."""
        await self.processor.start()
        records = tuple(Record(offset, 0, b"k", value, {}, b"k", b"v") for offset, value in enumerate(changes))
        outcome = await self.processor.process(Batch(topic, 0, records, 0, len(changes) - 1))
        return [(record.offset, bad.cause) for record, bad in outcome.rejected]

    def produced(self) -> list[tuple[str, Any]]:
        decoder = Decoder(self.registry)
        return [(message.topic, decoder.decode(cast(bytes, message.value))) for message in self.producer.sent]


async def test_events_leave_with_their_subject_as_key_and_in_order() -> None:
    ground, orders = Ground(), CAPTURED["orders"]
    assert not await ground.process(
        orders,
        change(orders, "c", None, {"id": 7, "status": "placed"}),
        change(orders, "u", {"id": 7}, {"id": 7}),
        change(orders, "u", {"id": 7, "status": "placed"}, {"id": 7, "status": "confirmed"}),
    )
    assert [topic for topic, _ in ground.produced()] == [
        ORDER_PLACED.name,
        ORDER_STATUS_CHANGED.name,
        ORDER_STATUS_CHANGED.name,
    ]
    assert {message.key for message in ground.producer.sent} == {"7"}
    assert ground.produced()[-1][1]["after"] == "confirmed"


async def test_a_change_whose_event_breaks_a_rule_is_rejected_by_its_name_and_none_of_its_events_leave() -> None:
    ground, orders, pharmacies = Ground(), CAPTURED["orders"], CAPTURED["pharmacies"]
    bad = change(orders, "c", None, {"status": "placed", "number": " "})
    good = change(orders, "u", {"status": "placed"}, {"status": "confirmed"})
    assert await ground.process(orders, bad, good) == [(0, "rule:order_number.filled")]
    assert len(ground.produced()) == 1
    wrong = change(pharmacies, "c", None, {"cnpj": "12345678000100"})
    assert await ground.process(pharmacies, wrong) == [(0, "rule:cnpj.cnpj")]
    assert PHARMACY_REGISTERED.name not in [topic for topic, _ in ground.produced()]


async def test_a_large_batch_becomes_the_events_its_changes_become_alone() -> None:
    ground, offers = Ground(), CAPTURED["offers"]
    prices = [Decimal(100 + n).scaleb(-2) for n in range(450)]
    changes = [
        change(offers, "u", {"price": was, "state": "active"}, {"price": now, "state": "active"}, lsn=n)
        for n, (was, now) in enumerate(pairwise(prices))
    ]
    encoder = Encoder(ground.registry)
    encoder.prepare(offers)
    raws = [Raw(n, b"\0\0\0\0\1", encoder.encode(offers, one)) for n, one in enumerate(changes)]
    topic = replace(offers, key=KeyType.TEXT)
    decoder = Decoder(ground.registry)
    decoder.learn(raws[0].value or b"")
    opened = Intake(topic, decoder, ground.processor.wanted(offers)).open(raws)
    assert set(opened.good[0].value["after"]) < set(changes[0]["after"])
    await ground.processor.start()
    outcome = await ground.processor.process(Batch(offers, 0, opened.good, 0, len(raws) - 1))
    assert not outcome.rejected
    together = ground.produced()
    ground.producer.sent.clear()
    for one in changes:
        await ground.process(offers, one)
    assert together == ground.produced()
    assert [event["after"] for _, event in together] == prices[1:]


@pytest.mark.parametrize("topic", EVENTS, ids=lambda topic: topic.name)
def test_every_example_fulfils_its_rules(topic: Topic) -> None:
    assert broken(topic.rules, example.read(topic)) is None


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (Between("n", 1, 5), [1, 5, None], [0, 6]),
        (Between("n", least=0), [0, 9], [-1]),
        (Between("n", most=3), [3, -9], [4]),
        (Format("n", "cnpj"), ["11222333000181", None], ["11222333000180", "", "11.222.333/0001-81"]),
        (Format("n", "gtin"), ["7891058001155"], ["7891058001154", "78910580011"]),
        (Filled("n"), ["x", None], ["", " \t"]),
    ],
)
def test_a_rule_about_one_field(rule: Any, good: list[Any], bad: list[Any]) -> None:
    assert all(broken((rule,), {"n": value}) is None for value in good)
    assert all(broken((rule,), {"n": value}) is rule for value in bad)
    assert rule.text.endswith(".")


def test_rules_about_two_fields() -> None:
    assert broken((Together(("a", "b")),), {"a": 1, "b": None}) is not None
    assert broken((Together(("a", "b")),), {"a": None, "b": None}) is None
    assert broken((Differ("a", "b"),), {"a": 1, "b": 1}) is not None
    assert broken((Differ("a", "b"),), {"a": None, "b": 1}) is None
