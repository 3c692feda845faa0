"""Tail shows records to people, so personal data is hidden: in values, in keys, in what cannot be read."""

from typing import Any, cast

import pytest
from confluent_kafka import Message

from runtime.codec import Encoder
from runtime.topic_replay import Pace
from runtime.topic_tail import HIDDEN, Presenter, hidden_fields, hide, schema_id
from schemas.access import replay_topic
from schemas.captured import CAPTURED
from schemas.example import read
from schemas.topic import Topic
from schemas.topics import INBOUND
from tests.runtime.fakes import FakeRegistry

pytestmark = pytest.mark.unit

CONTACT = "5511987654321"


class Fake:
    """What a Kafka message answers."""

    def __init__(self, key: bytes | None, value: bytes | None) -> None:
        self._key, self._value = key, value

    def key(self) -> bytes | None:
        return self._key

    def value(self) -> bytes | None:
        return self._value

    def partition(self) -> int:
        return 1

    def offset(self) -> int:
        return 7

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_700_000_000_000

    def headers(self) -> list[tuple[str, bytes | None]]:
        return [("a", b"1"), ("b", None)]


def message(key: bytes | None, value: bytes | None) -> Message:
    return cast(Message, Fake(key, value))


def encoded(registry: FakeRegistry, topic: Topic, **changes: Any) -> bytes:
    encoder = Encoder(registry.real())
    encoder.prepare(topic)
    return encoder.encode(topic, {**inbound(), **changes})


def inbound() -> dict[str, Any]:
    return read(INBOUND)


def test_the_phone_number_is_neither_in_the_value_nor_in_the_key() -> None:
    registry = FakeRegistry()
    raw = encoded(registry, INBOUND, contact=CONTACT)
    shown = Presenter(INBOUND.name, registry.real(), personal=False).show(message(CONTACT.encode(), raw))
    assert CONTACT not in repr(shown)
    assert shown.value["contact"] == HIDDEN
    assert shown.key == HIDDEN
    assert shown.value["phone_number_id"] == inbound()["phone_number_id"]


def test_who_asks_for_it_sees_it() -> None:
    registry = FakeRegistry()
    raw = encoded(registry, INBOUND, contact=CONTACT)
    shown = Presenter(INBOUND.name, registry.real(), personal=True).show(message(CONTACT.encode(), raw))
    assert (shown.key, shown.value["contact"]) == (CONTACT, CONTACT)


def test_the_key_of_what_cannot_be_read_is_hidden_too() -> None:
    presenter = Presenter(INBOUND.name, FakeRegistry().real(), personal=False)
    shown = presenter.show(message(CONTACT.encode(), b"\x00\x00\x00\x00\x63garbage"))
    assert shown.key == HIDDEN
    assert shown.schema_id == 99
    assert "unknown-schema-id" in str(shown.undecodable)
    assert presenter.show(message(CONTACT.encode(), None)).key == HIDDEN


def test_a_readable_key_without_personal_data_is_shown() -> None:
    registry = FakeRegistry()
    shown = Presenter(INBOUND.name, registry.real(), personal=False).show(
        message(b"order-1", encoded(registry, INBOUND, contact=CONTACT))
    )
    assert shown.key == "order-1"
    assert shown.headers == {"a": "1", "b": None}


def test_dead_letters_and_replays_hide_what_their_topic_hides() -> None:
    contacts = CAPTURED["contacts"]
    assert hidden_fields(contacts.name)
    assert hidden_fields(contacts.dead_letter) == hidden_fields(contacts.name)
    assert hidden_fields(replay_topic("billing", contacts.name)) == hidden_fields(contacts.name)


def test_a_topic_that_the_register_does_not_know_hides_everything_personal() -> None:
    assert hidden_fields("somebody.elses") >= hidden_fields(INBOUND.name) | hidden_fields(CAPTURED["contacts"].name)


def test_nothing_at_any_depth_is_left() -> None:
    found: set[str] = set()
    value = {"a": [{"phone": "12345", "b": {"phone": None}}], "phone": {"deep": 1}}
    hidden = hide(value, frozenset({"phone"}), found)
    assert hidden == {"a": [{"phone": HIDDEN, "b": {"phone": None}}], "phone": HIDDEN}
    assert found == {"12345"}


@pytest.mark.parametrize(
    ("raw", "expected"), [(None, None), (b"", None), (b"\x01\x00\x00\x00\x05", None), (b"\x00\x00\x00\x01\x02", 258)]
)
def test_the_schema_id_is_read_from_the_bytes(raw: bytes | None, expected: int | None) -> None:
    assert schema_id(raw) == expected


def test_a_pace_spreads_records_over_time() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(10, monotonic=lambda: now[0], sleep=sleep)
    for _ in range(11):
        pace.wait()
    assert sum(slept) == pytest.approx(1.0)


def test_without_a_pace_nothing_waits() -> None:
    Pace(None, sleep=lambda _: pytest.fail("waited")).wait()
