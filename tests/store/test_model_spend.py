"""Budgets of language models hold across processes, and a settled call is published with its cost."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from store import model_spend
from store.model_spend import Sum
from store.outbox import OutboxEvent
from tests.store.databases import Database

pytestmark = pytest.mark.broker

ONE = Decimal("0.01")


def sums(key: str, *, usd: Decimal | None = None, tokens: int | None = None) -> list[Sum]:
    return [Sum("day", f"d{key}", usd), Sum("conversation", f"c{key}"), Sum("contact", f"p{key}", None, tokens)]


async def spent(connection: AsyncConnection[Any], key: str) -> list[tuple[Decimal, int]]:
    cursor = await connection.execute(
        "SELECT usd, tokens FROM model_spend WHERE key = ANY(%s) ORDER BY kind", [[f"d{key}", f"c{key}", f"p{key}"]]
    )
    return await cursor.fetchall()


async def test_ceiling_refuses_and_takes_nothing(agent: AsyncConnection[Any]) -> None:
    key = uuid4().hex
    limited = sums(key, usd=Decimal("0.025"), tokens=10_000)
    assert await model_spend.reserve(agent, limited, usd=ONE, tokens=100) is None
    assert await model_spend.reserve(agent, limited, usd=ONE, tokens=100) is None
    assert await model_spend.reserve(agent, limited, usd=ONE, tokens=100) == "day"
    assert await model_spend.reserve(agent, limited, usd=Decimal(), tokens=9_900) == "contact"
    assert await spent(agent, key) == [(Decimal("0.02"), 200)] * 3


async def test_calls_at_once_stay_under_the_ceiling(talks: Database) -> None:
    key = uuid4().hex
    limited = sums(key, usd=Decimal("0.05"))

    async def call() -> str | None:
        async with await AsyncConnection.connect(talks.dsn("platform_agent"), autocommit=True) as connection:
            return await model_spend.reserve(connection, limited, usd=ONE, tokens=10)

    answers = await asyncio.gather(*(call() for _ in range(16)))
    assert answers.count(None) == 5
    assert answers.count("day") == 11


async def test_settling_corrects_and_publishes_together(agent: AsyncConnection[Any], talks: Database) -> None:
    key = uuid4().hex
    wide = sums(key)
    await model_spend.reserve(agent, wide, usd=ONE, tokens=1000)
    event = OutboxEvent(id=uuid4(), aggregate_type="model_call", key="c", topic="t", payload=b"\0\0\0\0\1x")
    await model_spend.settle(agent, wide, usd=Decimal("-0.007"), tokens=-400, event=event)
    assert await spent(agent, key) == [(Decimal("0.003"), 600)] * 3
    async with await AsyncConnection.connect(talks.dsn("platform_owner")) as owner:
        cursor = await owner.execute("SELECT topic FROM outbox WHERE id = %s", [event.id])
        assert await cursor.fetchall() == [("t",)]


async def test_call_that_was_not_settled_stays_reserved(agent: AsyncConnection[Any]) -> None:
    """A process that dies in a call has perhaps spent: the budget counts it."""
    key = uuid4().hex
    await model_spend.reserve(agent, sums(key), usd=ONE, tokens=1000)
    assert await spent(agent, key) == [(ONE, 1000)] * 3
