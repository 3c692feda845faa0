"""One process, on one core, that holds conversations: prints one JSON line of how many a second, and a turn's times."""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import uvloop

from agents.customer.processor import CustomerAgent
from agents.customer.wiring import customer_agent
from runtime import metrics
from runtime.records import Record
from runtime.settings import (
    ChannelSettings,
    LLMSettings,
    MarketplaceAgent,
    MarketplaceReader,
    PlatformAgent,
    QdrantSettings,
    RegistrySettings,
    load,
)
from runtime.station import tune
from schemas.topics import INBOUND

ORDER = (
    "oi, cadê meu pedido?",
    "bom dia, meu pedido já saiu?",
    "qual a situação do meu pedido?",
    "meu pedido chega quando?",
    "boa tarde, queria saber onde está meu último pedido",
)
PRICE = ("quanto custa {}?", "qual o preço da {}?", "me passa o valor de {}", "quanto tá a {} aí?")
END = ("obrigada", "obrigado!", "valeu, obrigada", "muito obrigado, era só isso")
"""What each contact says, one of each, each time after the answer; the price of any product on sale."""
_AT_ONCE = 12
_WARM = 24
_ALONE = 60


def contacts(connection: psycopg.Connection[Any], most: int) -> list[str]:
    """WhatsApp ids of contacts who may ask."""
    rows = connection.execute(
        """
        SELECT whatsapp_id FROM contacts JOIN pharmacies ON pharmacies.id = pharmacy_id
         WHERE whatsapp_id IS NOT NULL AND consent = 'granted' AND pharmacies.status = 'active' ORDER BY contacts.id
         LIMIT %s
        """,
        [most],
    ).fetchall()
    return [row[0] for row in rows]


def products(connection: psycopg.Connection[Any]) -> list[str]:
    """What people call the products on sale: the name, and the dose where it has one."""
    rows = connection.execute(
        "SELECT DISTINCT name, dose FROM products WHERE status = 'active' ORDER BY name, dose"
    ).fetchall()
    return [f"{name.lower()} {dose or ''}".strip() for name, dose in rows]


async def converse(agent: CustomerAgent, contact: str, product: str, took: list[float]) -> None:
    """One conversation, of a business number of its own; ``took`` gets the milliseconds of each turn."""
    number = str(random.randrange(10**15))
    for texts in (ORDER, PRICE, END):
        now = datetime.now(UTC)
        message: dict[str, Any] = {
            "message_id": f"wamid.{uuid4()}",
            "phone_number_id": number,
            "contact": contact,
            "contact_name": None,
            "kind": "text",
            "text": random.choice(texts).format(product),
            "reply_to": None,
            "sent_at": now,
            "received_at": now,
            "payload": "{}",
        }
        begun = time.perf_counter()
        await agent.handle_burst(INBOUND, 0, [Record(0, 0, contact, message, {}, b"", b"")])
        took.append((time.perf_counter() - begun) * 1000)


async def measure(seconds: float) -> dict[str, float]:
    """Conversations a second with a dozen at once, then a turn's time with one at a time."""
    databases = load(PlatformAgent), load(MarketplaceReader), load(MarketplaceAgent)
    agent = customer_agent(
        *databases,
        load(QdrantSettings),
        registry=load(RegistrySettings),
        llm=load(LLMSettings),
        channel=load(ChannelSettings),
    )
    with psycopg.connect(databases[1].dsn.get_secret_value()) as connection:
        known, sold = contacts(connection, 200), products(connection)
    await agent.start()
    tune()
    try:
        for contact in known[:_WARM]:
            await converse(agent, contact, random.choice(sold), [])
        busy: list[float] = []
        done = 0
        begun, cpu = time.perf_counter(), time.process_time()

        async def worker(at: int) -> None:
            nonlocal done
            while time.perf_counter() - begun < seconds:
                await converse(agent, known[at % len(known)], random.choice(sold), busy)
                done += 1
                at += _AT_ONCE

        await asyncio.gather(*(worker(at) for at in range(_AT_ONCE)))
        lasted, used = time.perf_counter() - begun, time.process_time() - cpu
        alone: list[float] = []
        for contact in known[:_ALONE]:
            await converse(agent, contact, random.choice(sold), alone)
    finally:
        await agent.stop()
    require_answered()
    return {
        "conversations_a_second": done / lasted,
        "turns_a_second": len(busy) / lasted,
        "own_cpu_ms_a_turn": used * 1000 / len(busy),
        "turn_ms_p50": percentile(alone, 0.5),
        "turn_ms_p95": percentile(alone, 0.95),
        "turns": len(busy) + len(alone) + 3 * _WARM,
    }


def require_answered() -> None:
    """Raises ``RuntimeError`` when a turn did not become what it should: a figure of such turns says nothing."""
    taken: dict[str, float] = {}
    for family in metrics.TURNS.collect():
        for sample in family.samples:
            if sample.name.endswith("_total"):
                name = f"{sample.labels['flow']} {sample.labels['outcome']}"
                taken[name] = taken.get(name, 0) + sample.value
    answered = sum(count for name, count in taken.items() if name.endswith(" replied"))
    if answered < 0.9 * sum(taken.values()):
        raise RuntimeError(f"fewer than nine in ten turns were answered: {taken}")
    sys.stderr.write(f"{taken}\n")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[int(len(values) * share)]


def main() -> None:
    """Pins itself to the last core there is, and runs as a station does."""
    random.seed(7)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure(float(sys.argv[1])))))


if __name__ == "__main__":
    main()
