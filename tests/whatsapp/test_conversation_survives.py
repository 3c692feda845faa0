"""The whole conversation on the running platform: every message one reply, also when a station is killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import psycopg
import pytest

from runtime.settings import MarketplaceReader, PlatformAgent, load

pytestmark = pytest.mark.broker

CONTACTS = """
SELECT whatsapp_id FROM contacts JOIN pharmacies ON pharmacies.id = contacts.pharmacy_id
 WHERE whatsapp_id IS NOT NULL AND consent = 'granted' AND pharmacies.status = 'active'
   AND whatsapp_id <> ALL (%s) ORDER BY random() LIMIT %s
"""


class Phone:
    """Writes to the simulator as contacts do, and sees what they see."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def writes(self, contact: str, text: str) -> str:
        body = {"from": contact, "text": text}
        async with self._session.post(f"{self._url}/control/messages", json=body) as response:
            return str((await response.json())["wamid"])

    async def replies(self, contact: str, after: str, *, wait: float) -> list[str]:
        asked = {"after": after, "author": "business", "wait": str(wait)}
        async with self._session.get(f"{self._url}/control/conversations/{contact}", params=asked) as response:
            return [message["text"] for message in (await response.json())["messages"]]

    async def fault(self, kind: str, contact: str) -> None:
        body = {"kind": kind, "times": 1, "contact": contact}
        async with self._session.post(f"{self._url}/control/faults", json=body) as response:
            response.raise_for_status()


@pytest.fixture
async def phone(platform: Any) -> AsyncIterator[Phone]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=100)) as session:
        yield Phone(session, os.environ["BALCAO_SIMULATOR_URL"])


@pytest.fixture
def contacts(platform: Any) -> list[str]:
    with psycopg.connect(load(PlatformAgent).dsn.get_secret_value()) as connection:
        silent = [row[0] for row in connection.execute("SELECT contact FROM conversations WHERE state = 'escalated'")]
    with psycopg.connect(load(MarketplaceReader).dsn.get_secret_value()) as connection:
        return [row[0] for row in connection.execute(CONTACTS, [silent, 12])]


async def test_pharmacy_writes_and_is_answered(phone: Phone, contacts: list[str]) -> None:
    wamid = await phone.writes(contacts[0], "cadê meu pedido?")
    [reply] = await phone.replies(contacts[0], wamid, wait=30)
    assert "pedido" in reply.lower()


@pytest.mark.parametrize("station", ["webhook", "customer", "whatsapp-sink"])
async def test_killed_station_loses_no_message_and_repeats_none(
    platform: Any, phone: Phone, contacts: list[str], station: str
) -> None:
    sent = {}
    for number, contact in enumerate(contacts):
        if number == len(contacts) // 2:
            os.kill(platform.pid(station), signal.SIGKILL)
        sent[contact] = await phone.writes(contact, "quais são meus pedidos?")
    answered = [phone.replies(contact, wamid, wait=90) for contact, wamid in sent.items()]
    assert [len(replies) for replies in await asyncio.gather(*answered)] == [1] * len(contacts)
    again = [phone.replies(contact, wamid, wait=0) for contact, wamid in sent.items()]
    assert [len(replies) for replies in await asyncio.gather(*again)] == [1] * len(contacts)


async def test_answer_lost_on_its_way_back_is_not_sent_twice(phone: Phone, contacts: list[str]) -> None:
    await phone.fault("reset-after", contacts[1])
    wamid = await phone.writes(contacts[1], "oi")
    assert len(await phone.replies(contacts[1], wamid, wait=30)) == 1
    second = await phone.writes(contacts[1], "obrigado!")
    assert len(await phone.replies(contacts[1], second, wait=30)) == 1, "the conversation goes on, in order"
    assert len(await phone.replies(contacts[1], wamid, wait=0)) == 2
