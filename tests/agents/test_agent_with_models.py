"""A turn with a language model in front: it is used, its cost is in the books, its absence is not felt."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from pydantic import SecretStr

from agents.customer.processor import CustomerAgent
from agents.llm.ledger import PlatformLedger
from agents.llm.models import models
from agents.testing import message
from agents.understanding.offline import OfflineUnderstanding
from runtime.clock import SystemClock
from runtime.codec import Decoder, Encoder
from runtime.records import Record
from runtime.registry import Registry
from runtime.settings import (
    LLMSettings,
    MarketplaceAgent,
    MarketplaceReader,
    PlatformAgent,
    PlatformOwner,
    RegistrySettings,
    load,
)
from schemas.topics import INBOUND, LLM_USAGE
from store.pool import pool
from tests.llm.scripted import Scripted, Step, asks, serving

pytestmark = pytest.mark.broker


@pytest.fixture
async def model() -> AsyncIterator[Scripted]:
    async with serving() as scripted:
        yield scripted


@pytest.fixture
def agent(stack: Any, model: Scripted, offline: OfflineUnderstanding) -> Callable[[], Any]:
    settings = LLMSettings(
        chain="local",
        when="always",
        local_url=model.url,
        local_api_key=SecretStr("k"),
        prices={"local": (Decimal(1), Decimal(5))},
        seconds=200,
        attempt_seconds=200,
    )

    @asynccontextmanager
    async def running() -> AsyncIterator[CustomerAgent]:
        registry = Registry(load(RegistrySettings))
        encoder, platform = Encoder(registry), pool(load(PlatformAgent).dsn, application="test")

        async def search(words: str, limit: int) -> list[tuple[int, float]]:
            return []

        made = CustomerAgent(
            platform=platform,
            marketplace=pool(load(MarketplaceReader).dsn, application="test"),
            writer=pool(load(MarketplaceAgent).dsn, application="test"),
            search=search,
            encoder=encoder,
            clock=SystemClock(),
            understanding=offline,
            models=models(settings, PlatformLedger(platform, encoder), SystemClock()),
        )
        await made.start()
        try:
            yield made
        finally:
            await made.stop()
            registry.close()

    return running


def written(text: str) -> Record:
    """A message of somebody unknown to the market."""
    contact = f"5571{secrets.randbelow(10**9):09d}"
    number = str(secrets.randbelow(10**15))
    value = message(text, at=datetime.now(UTC), contact=contact, contact_name=None, phone_number_id=number)
    return Record(0, 0, contact, value, {}, b"", b"")


def turn(record: Record) -> dict[str, Any]:
    with psycopg.connect(load(PlatformOwner).dsn.get_secret_value(), row_factory=dict_row) as connection:
        found = connection.execute(
            "SELECT * FROM turns WHERE inbound_message_id = %s", [record.value["message_id"]]
        ).fetchone()
    assert found is not None
    return found


def calls(conversation: str) -> list[dict[str, Any]]:
    registry = Registry(load(RegistrySettings))
    try:
        with psycopg.connect(load(PlatformOwner).dsn.get_secret_value()) as connection:
            rows = connection.execute(
                "SELECT payload FROM outbox WHERE topic = %s AND aggregate_id = %s", [LLM_USAGE.name, conversation]
            ).fetchall()
        return [Decoder(registry).decode(bytes(row[0])) for row in rows]
    finally:
        registry.close()


async def test_model_understands_and_its_cost_is_booked(agent: Callable[[], Any], model: Scripted) -> None:
    model.will(asks("human"))
    record = written("vixe, me acuda aí com um cristão")
    async with agent() as running:
        await running.handle(INBOUND, 0, record)
        await running.handle(INBOUND, 0, record)
    taken = turn(record)
    assert taken["flow"] == "human"
    assert taken["understanding"] == "openai/local understanding/v1"
    [call] = calls(str(taken["conversation_id"]))
    assert (call["outcome"], call["cost_usd"], call["input_tokens"]) == ("ok", Decimal("0.001200000"), 900)
    assert len(model.asked) == 1, "a second delivery asks no model"
    assert record.value["contact"] not in str(model.asked)


async def test_turn_without_any_model_is_the_offline_one(agent: Callable[[], Any], model: Scripted) -> None:
    model.will(Step(status=500))
    record = written("quero falar com um atendente")
    async with agent() as running:
        await running.handle(INBOUND, 0, record)
    taken = turn(record)
    assert (taken["flow"], taken["understanding"]) == ("human", "offline")
    assert [call["outcome"] for call in calls(str(taken["conversation_id"]))] == ["overloaded"]


async def test_slow_model_holds_up_nobody_else(agent: Callable[[], Any], model: Scripted) -> None:
    answered = asyncio.Event()
    model.held["demorado"] = answered
    model.will(asks("human"))
    slow = [written(f"vixe, causo demorado de {name}") for name in ("ana", "rui", "lia", "ivo", "eva", "noé", "zoe")]
    slow += [written(f"eita, demorado demais pra {name}") for name in ("gil", "bia", "rex", "ada", "leo", "iara")]
    others = [written(words) for words in ("me acuda com um cristão", "me arruma uma alma", "cadê um vivente aí")]
    async with agent() as running:
        waiting = [asyncio.create_task(running.handle(INBOUND, 0, record)) for record in slow]
        async with asyncio.timeout(100):
            await model.has(len(slow))
            for record in others:
                await running.handle(INBOUND, 0, record)
        assert not any(task.done() for task in waiting), "more wait for the model than there are connections"
        assert [turn(record)["flow"] for record in others] == ["human"] * len(others)
        answered.set()
        async with asyncio.timeout(100):
            await asyncio.gather(*waiting)
    assert {turn(record)["understanding"] for record in slow} == {"openai/local understanding/v1"}
