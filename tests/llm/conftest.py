"""Models on loopback and the real LiteLLM in front of them."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from pydantic import SecretStr

from agents.llm.budget import Limits
from agents.llm.profiles import Price, Profile
from tests.llm.scripted import Scripted, serving

LIMITS = Limits(usd_a_day=Decimal(1), usd_a_conversation=Decimal("0.5"), tokens_a_contact=100_000)
PRICE = Price(Decimal(1), Decimal(5))


@pytest.fixture
async def first() -> AsyncIterator[Scripted]:
    async with serving() as scripted:
        yield scripted


@pytest.fixture
async def second() -> AsyncIterator[Scripted]:
    async with serving() as scripted:
        yield scripted


def profile(name: str, scripted: Scripted, *, seconds: float = 60.0) -> Profile:
    """A profile that calls the server as it would call any OpenAI-compatible one."""
    return Profile(name, f"openai/{name}-model", SecretStr(f"key-of-{name}"), scripted.url, PRICE, seconds)
