"""When a person takes over: rules that are data, and a summary that is sealed and holds no identifiers."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.customer.case import Case, Ids
from agents.escalation.rules import Signals, evaluate, parse, shipped
from agents.escalation.seal import SEALED, is_sealed
from agents.flows.flow import Answer, Ask, Flow, Write, confirm, reply
from agents.testing import PHARMACIST, Talk, message
from agents.tools.ordering import place_order
from agents.tools.permitted import Permitted
from runtime.errors import SettingsError
from schemas.records.conversations import Escalation

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)


def ruled(words: str = "", flows: tuple[str, ...] = ("order_status",), **changes: Any) -> tuple[str, str] | None:
    decision = evaluate(replace(Signals(words, flows), **changes), shipped())
    return (decision.reason, decision.priority) if decision else None


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ({}, None),
        ({"words": "Uma cliente PASSOU MAL depois do remédio"}, ("health_risk", "urgent")),
        ({"words": "o lote parece falsificado"}, ("health_risk", "urgent")),
        ({"words": "vou no Procon"}, ("legal", "high")),
        ({"words": "meu advogado vai ligar"}, ("legal", "high")),
        ({"words": "advocate", "flows": ("knowledge",)}, None),
        ({"by_flow": "asked_for_person"}, ("asked_for_person", "normal")),
        ({"by_flow": "asked_for_person", "tone": "angry"}, ("asked_for_person", "high")),
        ({"tone": "angry", "angry_turns": 1}, None),
        ({"tone": "angry", "angry_turns": 2}, ("anger", "high")),
        ({"tone": "angry", "flows": ("complaint",)}, ("anger", "high")),
        ({"flows": ("refund_status",), "amount": Decimal("10000.01")}, ("money", "high")),
        ({"flows": ("refund_status",), "amount": Decimal("10000.00")}, None),
        ({"flows": ("order_place",), "amount": Decimal("50000")}, None),
        ({"flows": ("order_place",), "amount": Decimal("100000.01")}, ("money", "normal")),
        ({"failures": 1}, None),
        ({"failures": 2}, ("repeated_failure", "high")),
        ({"failures": 1, "vip": True}, ("vip", "high")),
        ({"vip": True}, None),
        ({"by_flow": "not_understood", "words": "procon"}, ("legal", "high")),
        ({"by_flow": "failure", "by_flow_priority": "urgent"}, ("failure", "urgent")),
    ],
)
def test_shipped_rules(signals: dict[str, Any], expected: tuple[str, str] | None) -> None:
    assert ruled(**signals) == expected


@given(st.text(max_size=200), st.sampled_from(["neutral", "upset", "angry"]), st.integers(0, 3))
def test_any_words_are_judged(words: str, tone: str, times: int) -> None:
    ruled(words, tone=tone, angry_turns=times, misses=times)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]\n", "no TOML"),
        ('[[rule]]\nname="a"\nreason="anger"\npriority="high"\n[rule.when]\n', "no condition"),
        ('[[rule]]\nname="a"\nreason="mood"\npriority="high"\n[rule.when]\nvip=true\n', "0.reason"),
        ('[[rule]]\nname="a"\nreason="anger"\npriority="high"\n[rule.when]\nangre=1\n', "0.when.angre"),
        (2 * '[[rule]]\nname="a"\nreason="anger"\npriority="high"\n[rule.when]\nvip=true\n', "used twice"),
    ],
)
def test_rules_that_say_nothing_or_something_else_are_refused(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        parse(text, "rules.toml")


async def test_health_risk_is_all_that_is_talked_about(world: Any) -> None:
    talk = Talk(world)
    turn = await talk.says("a paciente passou mal com a losartana, quanto custa?", "product_price")
    assert turn.outcome == "escalated"
    assert "SAMU" in turn.text
    assert "R$" not in turn.text
    assert (turn.escalate.reason, turn.escalate.priority) == ("health_risk", "urgent") if turn.escalate else False


async def test_answer_stays_when_a_person_follows_it(world: Any) -> None:
    async def owed(ask: Ask, use: Permitted) -> Answer:
        return reply("São R$ 20.000,00.", seen={"amount": "20000.00"})

    flow = Flow(name="refund_status", serves=("refund_status",), run=owed)
    turn = await Talk(world, flows=[flow]).says("cadê meu reembolso", "refund_status")
    assert turn.text.startswith("São R$ 20.000,00.\n\nPelo valor envolvido")
    assert turn.memory.frames == ()


async def escalation(world: Any, *said: str) -> Escalation:
    talk = Talk(world)
    for words in said:
        turn = await talk.says(words, "human" if words == said[-1] else "order_status")
    inbound = message(said[-1])
    case = Case(turn, [inbound], PHARMACIST, uuid4(), Ids.of(inbound["message_id"]), NOW, NOW)
    row = case.escalation_row()
    assert row is not None
    return case.escalation(row)


async def test_summary_says_who_why_and_what_was_tried_without_identifiers(world: Any) -> None:
    event = await escalation(world, "cadê o pedido 10000482?", "meu CPF é 529.982.247-25, quero um atendente")
    told = " ".join((event["summary"], event["tried"] or "", event["facts"] or ""))
    assert "MARIA APARECIDA (Drogaria Central) pediu para falar com uma pessoa" in event["summary"]
    assert "10000482" in told
    assert "529.982.247-25" not in told
    assert event["rule"] == "asked_for_person"


@pytest.mark.parametrize("field", SEALED)
async def test_a_changed_escalation_breaks_its_seal(world: Any, field: str) -> None:
    event = await escalation(world, "oi", "quero um atendente")
    assert is_sealed(event)
    assert not is_sealed({**event, field: "another"})


async def test_a_write_shown_above_the_limit_waits_for_a_person_not_for_a_yes(world: Any) -> None:
    async def big(ask: Ask, use: Permitted) -> Answer:
        return confirm("Total R$ 150.000,00. Confirma?", place_order, [], Decimal("150000.00"))

    async def done(ask: Ask, use: Permitted, result: Any) -> Answer:
        raise AssertionError("nobody confirmed")

    flow = Flow(name="order_place", serves=("order_place",), writes=(Write(place_order),), run=big, done=done)
    talk = Talk(world, flows=[flow])
    turn = await talk.says("quero tudo", "order_place")
    assert turn.escalate is not None
    assert (turn.escalate.reason, turn.memory.frames) == ("money", ())
    assert "Pelo valor do pedido" in turn.text
