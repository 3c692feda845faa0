"""One process, on one core, that holds conversations: prints one JSON line of how many a second, and a turn's times."""

import asyncio
import json
import os
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg

from agents.customer.processor import CustomerAgent
from agents.customer.wiring import customer_agent
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
from schemas.topics import INBOUND

SAID = ("oi, cadê meu pedido?", "quanto custa losartana 50mg?", "obrigada")
"""What each contact says, each time after the answer."""
_AT_ONCE = 12


def contacts(most: int) -> list[str]:
    """WhatsApp ids of contacts who may ask."""
    with psycopg.connect(load(MarketplaceReader).dsn.get_secret_value()) as connection:
        rows = connection.execute(
            """
            SELECT whatsapp_id FROM contacts JOIN pharmacies ON pharmacies.id = pharmacy_id
             WHERE whatsapp_id IS NOT NULL AND consent = 'granted' AND pharmacies.status = 'active' ORDER BY contacts.id
             LIMIT %s
            """,
            [most],
        ).fetchall()
    return [row[0] for row in rows]


async def converse(agent: CustomerAgent, contact: str, took: list[float]) -> None:
    """One conversation, of a business number of its own; ``took`` gets the milliseconds of each turn."""
    number = str(secrets.randbelow(10**15))
    for text in SAID:
        now = datetime.now(UTC)
        message: dict[str, Any] = {
            "message_id": f"wamid.{uuid4()}",
            "phone_number_id": number,
            "contact": contact,
            "contact_name": None,
            "kind": "text",
            "text": text,
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
    known = contacts(200)
    await agent.start()
    try:
        for contact in known[:5]:
            await converse(agent, contact, [])
        busy: list[float] = []
        done = 0
        begun, cpu = time.perf_counter(), time.process_time()

        async def worker(at: int) -> None:
            nonlocal done
            while time.perf_counter() - begun < seconds:
                await converse(agent, known[at % len(known)], busy)
                done += 1
                at += _AT_ONCE

        await asyncio.gather(*(worker(at) for at in range(_AT_ONCE)))
        lasted, used = time.perf_counter() - begun, time.process_time() - cpu
        alone: list[float] = []
        for contact in known[:60]:
            await converse(agent, contact, alone)
    finally:
        await agent.stop()
    return {
        "conversations_a_second": done / lasted,
        "turns_a_second": len(busy) / lasted,
        "own_cpu_ms_a_turn": used * 1000 / len(busy),
        "turn_ms_p50": sorted(alone)[len(alone) // 2],
        "turn_ms_p95": sorted(alone)[int(len(alone) * 0.95)],
    }


def main() -> None:
    """Pins itself to the last core there is."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(json.dumps(asyncio.run(measure(float(sys.argv[1])))))


if __name__ == "__main__":
    main()
