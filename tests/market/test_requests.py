"""A request: its effect and its answer stand together or not at all."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from store.outcomes import Refused, refused
from store.requests import Request, cut, once, prune
from tests.market.world import NOW, Buyer, World

pytestmark = pytest.mark.broker


def request(buyer: Buyer, request_id: UUID | None = None) -> Request[int]:
    return Request(request_id or uuid4(), "test", buyer.id, buyer.contact, NOW, int)


async def write(agent: AsyncConnection[Any], buyer: Buyer) -> None:
    await agent.execute(
        "INSERT INTO complaints (pharmacy_id, channel, subject, body, status, opened_at)"
        " VALUES (%s, 'web', 'other', 'x', 'open', now())",
        [buyer.id],
    )


async def kept(world: World, buyer: Buyer) -> tuple[int, int]:
    """How many rows were written for the buyer, and how many requests are kept."""
    written = await world.one("SELECT count(*) FROM complaints WHERE pharmacy_id = %s", buyer.id)
    return written, await world.one("SELECT count(*) FROM requests WHERE pharmacy_id = %s", buyer.id)


async def test_what_a_refused_effect_wrote_is_taken_back(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer()

    async def effect() -> int | Refused:
        await write(agent, buyer)
        return refused("invalid")

    assert await once(agent, request(buyer), effect) == refused("invalid")
    assert await kept(world, buyer) == (0, 1)


async def test_an_effect_that_fails_keeps_nothing_and_can_be_tried_again(
    agent: AsyncConnection[Any], world: World
) -> None:
    buyer = await world.buyer()
    asked = request(buyer)
    failing = True

    async def effect() -> int | Refused:
        await write(agent, buyer)
        if failing:
            raise ConnectionError("lost")
        return 7

    with pytest.raises(ConnectionError):
        await once(agent, asked, effect)
    assert await kept(world, buyer) == (0, 0)
    failing = False
    assert await once(agent, asked, effect) == 7
    failing = True
    assert await once(agent, asked, effect) == 7
    assert await kept(world, buyer) == (1, 1)


async def test_old_requests_are_forgotten_and_newer_ones_stay(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer()

    async def effect() -> int | Refused:
        return 1

    for days in range(40):
        asked = Request(uuid4(), "test", buyer.id, buyer.contact, datetime.now(UTC) - timedelta(days=days), int)
        await once(agent, asked, effect)
    with psycopg.connect(world.database.dsn("marketplace_owner")) as owner:
        prune(owner, keep=timedelta(days=29, hours=12), chunk=3)
    assert await world.one("SELECT count(*) FROM requests WHERE pharmacy_id = %s", buyer.id) == 30


@pytest.mark.parametrize(
    ("words", "most", "expected"),
    [
        ("  oi\x00\x07 ", 10, "oi"),
        ("linha\nlinha", 20, "linha\nlinha"),
        ("ação", 4, "aç"),
        ("ação", 5, "açã"),
        ("\ud800a", 9, "?a"),
    ],
)
def test_words_are_cut_at_a_letter(words: str, most: int, expected: str) -> None:
    assert cut(words, most) == expected
