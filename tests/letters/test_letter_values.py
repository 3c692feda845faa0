"""A value in a person's hands: what is not touched or hidden stays, what does not fit is told by its name."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.codec import Decoder, Encoder
from runtime.letters.values import UnfitError, encoded, plain, revived
from runtime.topic_tail import HIDDEN, hidden_fields, hide
from schemas import example
from schemas.captured import CAPTURED
from schemas.envelope import schema_of
from schemas.events import PRICE_CHANGED
from schemas.topic import Topic
from schemas.topics import INBOUND, SEARCH_DOCUMENTS, TOPICS
from tests.runtime.fakes import FakeRegistry

pytestmark = pytest.mark.unit


def wire(topic: Topic, value: Any) -> tuple[FakeRegistry, bytes, Any]:
    """The value as its writer sent it, and as a reader has it."""
    registry = FakeRegistry()
    encoder = Encoder(registry.real())
    encoder.prepare(topic)
    raw = encoder.encode(topic, value)
    return registry, raw, Decoder(registry.real()).decode(raw)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_record_that_nobody_touched_has_the_same_bytes(topic: Topic) -> None:
    _, raw, value = wire(topic, example.read(topic))
    schema = json.loads(json.dumps(schema_of(topic)))
    hidden = hide(value, hidden_fields(topic.name), set())
    for shown in (value, hidden):
        document = json.loads(json.dumps(shown, default=plain))
        assert encoded(topic, int.from_bytes(raw[1:5], "big"), schema, revived(schema, document, value)) == raw


@given(
    version=st.integers(0, 2**63 - 1),
    price=st.none() | st.decimals(0, 10**8, places=2),
    name=st.text(max_size=40),
)
def test_what_is_changed_is_what_is_read(version: int, price: Decimal | None, name: str) -> None:
    registry, raw, value = wire(SEARCH_DOCUMENTS, example.read(SEARCH_DOCUMENTS))
    document = json.loads(json.dumps(value, default=plain))
    document |= {"version": version, "ceiling_price": None if price is None else str(price), "name": name}
    schema = schema_of(SEARCH_DOCUMENTS)
    if name == HIDDEN:
        name = value["name"]
    made = encoded(SEARCH_DOCUMENTS, int.from_bytes(raw[1:5], "big"), schema, revived(schema, document, value))
    read = Decoder(registry.real()).decode(made)
    assert read == {**value, "version": version, "ceiling_price": price, "name": name}


def test_a_hidden_number_is_kept_and_never_shown() -> None:
    _, _, value = wire(INBOUND, example.read(INBOUND))
    document = json.loads(json.dumps(hide(value, hidden_fields(INBOUND.name), set()), default=plain))
    assert document["contact"] == HIDDEN
    document["kind"] = "button"
    assert revived(schema_of(INBOUND), document, value) == {**value, "kind": "button"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": "many"}, "version is a str"),
        ({"nome": "x"}, "no field nome"),
        ({"changed_at": "ontem"}, "changed_at is not a time"),
        ({"ceiling_price": "caro"}, "ceiling_price is not a number"),
        ({"ceiling_price": HIDDEN}, "no value behind it"),
        ({"offers": 3}, "offers is not a list"),
        ({"name": None}, "name is a NoneType"),
    ],
)
def test_what_does_not_fit_is_told_by_field(change: dict[str, Any], told: str) -> None:
    _, _, value = wire(SEARCH_DOCUMENTS, {**example.read(SEARCH_DOCUMENTS), "ceiling_price": None})
    document = json.loads(json.dumps(value, default=plain)) | change
    schema = schema_of(SEARCH_DOCUMENTS)
    with pytest.raises(UnfitError, match=told):
        encoded(SEARCH_DOCUMENTS, 1, schema, revived(schema, document, value))


def test_a_rule_of_the_topic_holds_for_hands_too() -> None:
    value = example.read(PRICE_CHANGED)
    schema = schema_of(PRICE_CHANGED)
    document = json.loads(json.dumps(value, default=plain))
    document["after"] = "0.00"
    with pytest.raises(UnfitError, match=r"breaks the rule after\.range"):
        encoded(PRICE_CHANGED, 1, schema, revived(schema, document, value))


def test_a_captured_row_is_changed_inside_its_envelope() -> None:
    products = CAPTURED["products"]
    registry, raw, value = wire(products, example.read(products))
    document = json.loads(json.dumps(value, default=plain))
    document["after"]["name"] = "Outro nome"
    schema = schema_of(products)
    made = encoded(products, int.from_bytes(raw[1:5], "big"), schema, revived(schema, document, value))
    read = Decoder(registry.real()).decode(made)
    assert read["after"] == {**value["after"], "name": "Outro nome"}
    assert read["source"] == value["source"]
