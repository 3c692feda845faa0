"""Sets the stage: the agent over the databases and the index that settings name, and whoever speaks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from agents.customer.processor import CustomerAgent
from agents.evals.play import Stage
from agents.evals.schemas import NumberedSchemas
from agents.llm.budget import MemoryLedger
from agents.llm.models import models
from runtime.clock import SystemClock
from runtime.codec import Encoder
from runtime.errors import UserError
from runtime.product_index import ProductIndex
from runtime.registry import Registry
from runtime.settings import (
    LLMSettings,
    MarketplaceAgent,
    MarketplaceOwner,
    MarketplaceReader,
    PlatformAgent,
    PlatformOwner,
    QdrantSettings,
    load,
)
from store import evaluation, pharmacy_facts
from store.evaluation import Speaker
from store.pharmacy_facts import Fact
from store.pool import pool


@dataclass(frozen=True, slots=True)
class Theatre:
    """A stage, who may speak, and the books of what models cost."""

    stage: Stage
    speakers: Sequence[Speaker]
    ledger: MemoryLedger


@asynccontextmanager
async def theatre(schemas: Registry | None = None) -> AsyncIterator[Theatre]:
    """Starts the agent as its station does, without a broker. Settings come from the environment.

    ``schemas`` is the registry of a platform whose outbox is published; without it nothing is, and ids are made up.
    """
    clock, ledger, index = SystemClock(), MemoryLedger(), ProductIndex(load(QdrantSettings))

    async def search(words: str, limit: int) -> Sequence[tuple[int, float]]:
        return [(hit.product_id, hit.score) for hit in await index.search(words, limit)]

    agent = CustomerAgent(
        platform=pool(load(PlatformAgent).dsn, application="eval.platform"),
        marketplace=pool(load(MarketplaceReader).dsn, application="eval.marketplace"),
        writer=pool(load(MarketplaceAgent).dsn, application="eval.writer"),
        search=search,
        encoder=Encoder(schemas or NumberedSchemas()),
        clock=clock,
        models=models(load(LLMSettings), ledger, clock),
        close=index.close,
    )
    await agent.start()
    try:
        async with await auditor() as connection:
            speakers = await evaluation.speakers(connection)
        if not speakers:
            raise UserError("nobody in this market may be answered: fill it with `balcao db seed`.")
        yield Theatre(Stage(agent, clock), speakers, ledger)
    finally:
        await agent.stop()


async def platform_auditor() -> "AsyncConnection[tuple[object, ...]]":
    """A connection that sees all of the platform's database."""
    return await AsyncConnection.connect(load(PlatformOwner).dsn.get_secret_value(), autocommit=True)


@asynccontextmanager
async def remembering(
    connection: "AsyncConnection[tuple[object, ...]]", pharmacy_id: int, remembered: Mapping[str, Any]
) -> AsyncIterator[None]:
    """Lets these facts be remembered of the pharmacy, and empties them again."""

    async def note(values: Mapping[str, Any]) -> None:
        now = datetime.now(UTC)
        await pharmacy_facts.note(
            connection,
            [
                Fact(
                    pharmacy_id=pharmacy_id,
                    name=name,
                    value=value,
                    source="evaluation",
                    turn_id=None,
                    noted_at=now,
                    expires_at=now + timedelta(hours=1),
                )
                for name, value in values.items()
            ],
        )

    await note(remembered)
    try:
        yield
    finally:
        await note(dict.fromkeys(remembered))


async def auditor() -> "AsyncConnection[tuple[object, ...]]":
    """A connection that sees all of the market, requests too; who uses it only reads."""
    return await AsyncConnection.connect(load(MarketplaceOwner).dsn.get_secret_value(), autocommit=True)
