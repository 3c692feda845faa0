"""A turn on the real databases: once in effect, whatever is delivered twice or dies in between."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncCursor

from agents.customer.leaving import leave
from agents.customer.processor import CustomerAgent
from agents.customer.replaying import replay_conversation
from agents.escalation.seal import is_sealed
from agents.flows import catalogue, small_talk
from agents.flows.flow import Answer, Ask, Noted
from agents.tools.permitted import Permitted
from runtime.errors import UserError
from runtime.records import Record
from runtime.settings import PlatformAgent, PlatformOwner, load
from schemas.topics import ESCALATION, INBOUND, REPLY
from store import outbox, turn_writes
from store.turn_writes import TurnWrite
from tests.agents.station import Platform, deliver

pytestmark = pytest.mark.broker


async def test_a_second_delivery_changes_nothing(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write(f"cadê meu pedido {contact['own']}?")
    for _ in range(3):
        await deliver(agent, record)
    message = record.value
    [turn] = platform_rows.turns(message)
    assert (turn["flow"], turn["outcome"], turn["understanding"]) == ("order_status", "replied", "offline")
    assert turn["entities"] == {"order_number": [contact["own"]]}
    assert [row["direction"] for row in platform_rows.messages(message)] == ["inbound", "outbound"]
    [reply] = platform_rows.events(message, REPLY.name)
    assert contact["own"] in reply["text"]
    assert reply["in_reply_to"] == message["message_id"]
    assert reply["contact"] == contact["whatsapp_id"]


async def test_two_deliveries_at_the_same_time_are_one_turn(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform
) -> None:
    record = write("quero falar com um atendente")
    await asyncio.gather(*(deliver(agent, record) for _ in range(4)))
    assert len(platform_rows.turns(record.value)) == 1
    assert len(platform_rows.events(record.value, REPLY.name)) == 1
    assert len(platform_rows.events(record.value, ESCALATION.name)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_connection_that_dies_around_the_commit_loses_nothing_and_doubles_nothing(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    record = write("oi, bom dia")
    written = turn_writes.write
    died: list[Any] = []

    async def dies(connection: Any, turn: TurnWrite) -> bool:
        monkeypatch.setattr(turn_writes, "write", written)
        died.append(connection)
        if when == "after":
            await written(connection, turn)
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return await written(connection, turn)

    monkeypatch.setattr(turn_writes, "write", dies)
    await deliver(agent, record)
    assert died
    assert len(platform_rows.turns(record.value)) == 1
    assert len(platform_rows.events(record.value, REPLY.name)) == 1


async def test_connection_that_dies_within_an_escalation_leaves_nothing_and_loses_nothing(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = write("quero falar com um atendente")
    add = outbox.add
    died: list[Any] = []

    async def dies(connection: Any, events: Any) -> None:
        await add(connection, events)
        monkeypatch.setattr(outbox, "add", add)
        died.append(connection)
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(outbox, "add", dies)
    await deliver(agent, record)
    assert died
    assert len(platform_rows.turns(record.value)) == 1
    assert len(platform_rows.events(record.value, REPLY.name)) == 1
    assert len(platform_rows.events(record.value, ESCALATION.name)) == 1


async def test_failure_inside_the_transaction_leaves_nothing_behind(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = write("quero falar com um atendente")

    async def breaks(connection: Any, events: Any) -> None:
        raise RuntimeError("as planned")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(outbox, "add", breaks)
        await deliver(agent, record)
    assert platform_rows.turns(record.value) == []
    assert platform_rows.messages(record.value) == []
    assert platform_rows.events(record.value, REPLY.name) == []
    await deliver(agent, record)
    assert len(platform_rows.events(record.value, ESCALATION.name)) == 1


async def test_a_turn_is_one_statement_and_a_server_that_went_is_noticed(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(agent, write("oi"))
    asked: list[str] = []
    execute = AsyncCursor.execute

    async def counted(cursor: Any, query: Any, *rest: Any, **options: Any) -> Any:
        asked.append(str(query))
        return await execute(cursor, query, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr(AsyncCursor, "execute", counted)
        await deliver(agent, write("obrigada"))
    assert len(asked) == 3, "what was said before, who writes, and the turn"
    with psycopg.connect(load(PlatformAgent).dsn.get_secret_value()) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = user AND pid <> pg_backend_pid()"
        )
    last = write("valeu")
    await deliver(agent, last)
    assert len(platform_rows.turns(last.value)) == 3


async def test_agent_is_silent_while_a_person_holds_the_conversation(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform
) -> None:
    await deliver(agent, write("me chama um atendente"))
    record = write("cadê meu pedido?")
    await deliver(agent, record)
    first, second = platform_rows.turns(record.value)
    assert (first["outcome"], second["outcome"]) == ("escalated", "silent")
    assert len(platform_rows.events(record.value, REPLY.name)) == 1
    assert [row["text"] for row in platform_rows.messages(record.value) if row["direction"] == "inbound"] == [
        "me chama um atendente",
        "cadê meu pedido?",
    ]
    [event] = platform_rows.events(record.value, ESCALATION.name)
    assert (event["reason"], event["priority"]) == ("asked_for_person", "normal")
    assert "pediu para falar com uma pessoa" in event["summary"]
    assert "me chama um atendente" in event["summary"]


async def test_person_who_takes_over_while_a_turn_is_decided_is_not_talked_over(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await deliver(agent, write("oi"))
    record = write("cadê meu pedido?")
    identify = agent._identify
    taken: list[str] = []

    async def taken_meanwhile(contact: str) -> Any:
        if not taken:
            taken.append(contact)
            with psycopg.connect(load(PlatformOwner).dsn.get_secret_value()) as other:
                other.execute(
                    "UPDATE conversations SET state = 'escalated' WHERE phone_number_id = %s",
                    [record.value["phone_number_id"]],
                )
        return await identify(contact)

    monkeypatch.setattr(agent, "_identify", taken_meanwhile)
    await deliver(agent, record)
    assert [turn["outcome"] for turn in platform_rows.turns(record.value)] == ["replied", "silent"]


async def test_another_pharmacys_order_is_not_told(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write(f"cadê o pedido {contact['foreign_order']}?")
    await deliver(agent, record)
    [reply] = platform_rows.events(record.value, REPLY.name)
    assert "Não encontrei o pedido" in reply["text"]
    assert "R$" not in reply["text"]


async def test_stranger_gets_an_answer_without_data(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write(f"cadê o pedido {contact['own']}?", contact="5500000000000")
    await deliver(agent, record)
    [reply] = platform_rows.events(record.value, REPLY.name)
    assert "Não encontrei este número no cadastro" in reply["text"]
    [turn] = platform_rows.turns(record.value)
    assert turn["seen"]["calls"] == []


async def test_reaction_is_recorded_and_not_answered(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform
) -> None:
    record = write("👍", kind="other", payload='{"type": "reaction"}')
    await deliver(agent, record)
    [turn] = platform_rows.turns(record.value)
    assert turn["outcome"] == "silent"
    assert platform_rows.events(record.value, REPLY.name) == []


async def test_several_short_messages_are_one_turn_whatever_comes_again(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    burst = [write("oi"), write("tudo bem?"), write(f"cadê meu pedido {contact['own']}?")]
    message = burst[0].value
    await agent.handle_burst(INBOUND, 0, burst)
    for again in ([burst[1]], burst[:2], burst, burst[1:]):
        await agent.handle_burst(INBOUND, 0, again)
    [turn] = platform_rows.turns(message)
    assert turn["flow"] == "order_status"
    assert turn["seen"]["said"]["messages"] == [record.value["message_id"] for record in burst]
    [reply] = platform_rows.events(message, REPLY.name)
    assert contact["own"] in reply["text"]
    assert reply["in_reply_to"] == burst[-1].value["message_id"]
    assert [row["direction"] for row in platform_rows.messages(message)].count("inbound") == 3
    late = write("obrigada")
    await agent.handle_burst(INBOUND, 0, [*burst, late])
    assert platform_rows.turns(message)[-1]["seen"]["said"]["messages"] == [late.value["message_id"]]


def test_only_what_seems_unfinished_is_waited_for(agent_without_databases: CustomerAgent) -> None:
    now = datetime.now(UTC)

    def patience(*texts: str, age: float = 0.0) -> float:
        at = now - timedelta(seconds=age)
        records = [Record(0, 0, "k", {"kind": "text", "text": text, "received_at": at}, {}, b"", b"") for text in texts]
        return agent_without_databases.patience(records)

    assert 1 < patience("oi") <= 1.5
    assert 1 < patience("oi", "bom dia!") <= 1.5
    assert patience("oi", age=2) <= 0
    for whole in (
        "cadê meu pedido?",
        "tem losartana 50mg",
        "sim",
        "10000482",
        "quero um atendente",
        "oi, tem dipirona?",
    ):
        assert patience(whole) == 0, whole
        assert patience("oi", whole) == 0, whole
    assert patience("queria saber o preço da") > 1


async def test_handing_back_leaves_no_trace_and_closing_begins_anew(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    await deliver(agent, write(f"cadê meu pedido {contact['own']}?"))
    await deliver(agent, write("me chama um atendente"))
    message = write("meu CPF é outro assunto")
    await deliver(agent, message)
    [conversation] = {turn["conversation_id"] for turn in platform_rows.turns(message.value)}
    with pytest.raises(UserError):
        await leave(str(uuid4()), "hand_back")
    await leave(str(conversation), "hand_back")
    with pytest.raises(UserError):
        await leave(str(conversation), "hand_back")
    await deliver(agent, write("e o preço?"))
    turn = platform_rows.turns(message.value)[-1]
    assert turn["conversation_id"] == conversation
    assert turn["outcome"] == "asked", "the agent speaks again, and knows of no product or order"
    memory = turn["seen"]["memory"]
    assert (memory["orders"], memory["products"], memory["window"], memory["frames"]) == ([], [], [], [])
    await leave(str(conversation), "resolve")
    await deliver(agent, write("oi"))
    turn = platform_rows.turns(message.value)[-1]
    assert turn["conversation_id"] != conversation
    assert turn["seen"]["memory"]["window"] == []


async def test_recorded_turns_are_replayed_the_same(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write("oi")
    for each in (record, write(f"cadê meu pedido {contact['own']}?"), write("quanto custa losartana 50mg?")):
        await deliver(agent, each)
    conversation = str(platform_rows.turns(record.value)[0]["conversation_id"])
    told: list[str] = []
    assert await replay_conversation(conversation, [], told.append), told
    assert len(told) == 3
    told.clear()
    await replay_conversation(conversation, ["understanding=offline"], told.append)
    assert len([line for line in told if line.startswith("turn")]) == 3


async def test_what_a_flow_notes_of_the_pharmacy_is_known_in_its_next_conversation(
    agent: CustomerAgent,
    write: Callable[..., Record],
    platform_rows: Platform,
    contact: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime.now(UTC)
    value = secrets.token_hex(8)

    async def notes(ask: Ask, use: Permitted) -> Answer:
        held = Noted("usual_payment", value, "test", now + timedelta(days=30))
        over = Noted("over", value, "test", now - timedelta(milliseconds=1))
        return Answer("Anotado.", facts=(held, over))

    with monkeypatch.context() as patched:
        patched.setattr(catalogue.CATALOGUE, "_serving", {"greeting": replace(small_talk.GREETING, run=notes)})
        record = write("oi")
        await deliver(agent, record)
    assert platform_rows.turns(record.value)[0]["seen"]["text"].endswith("Anotado.")
    other = write("cadê meu pedido?", phone_number_id=str(secrets.randbelow(10**15)))
    await deliver(agent, other)
    known = platform_rows.turns(other.value)[0]["seen"]["known"]
    assert known["usual_payment"] == value
    assert "over" not in known


@pytest.mark.parametrize("text", ["\x00", "cadê\x00 meu pedido?", "a" * 10_000, "\u202e\u200b"])
async def test_what_a_database_cannot_keep_is_left_out_and_the_rest_answered(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, text: str
) -> None:
    record = write(text)
    await deliver(agent, record)
    assert len(platform_rows.turns(record.value)) == 1
    assert len(platform_rows.events(record.value, REPLY.name)) == 1


async def test_an_escalation_is_sealed_where_it_is_kept_and_where_it_is_published(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform
) -> None:
    record = write("vou chamar o procon, meu CPF é 529.982.247-25")
    await deliver(agent, record)
    [event] = platform_rows.events(record.value, ESCALATION.name)
    assert (event["reason"], event["priority"], event["rule"]) == ("legal", "high", "legal_risk")
    assert is_sealed(event)
    assert "529.982" not in str(event)
    query = (
        "SELECT seals.digest FROM escalation_seals AS seals JOIN escalations ON escalations.id = escalation_id "
        "JOIN conversations ON conversations.id = conversation_id WHERE phone_number_id = %(number)s"
    )
    assert platform_rows.rows(query, record.value) == [{"digest": event["digest"]}]


async def test_who_speaks_for_another_pharmacy_by_now_is_remembered_nothing_of_the_first(
    agent: CustomerAgent, write: Callable[..., Record], platform_rows: Platform, contact: dict[str, Any]
) -> None:
    record = write(f"cadê meu pedido {contact['own']}?")
    await deliver(agent, record)
    with psycopg.connect(load(PlatformOwner).dsn.get_secret_value()) as moved:
        moved.execute(
            "UPDATE conversations SET pharmacy_id = 999999 WHERE phone_number_id = %s",
            [record.value["phone_number_id"]],
        )
    await deliver(agent, write("e esse pedido, chega quando?"))
    memory = platform_rows.turns(record.value)[-1]["seen"]["memory"]
    assert (memory["orders"], memory["window"]) == ([], [])
