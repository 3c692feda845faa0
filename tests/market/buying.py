"""Buying as the agents do: what is shown first, then exactly that."""

from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection

from store.amending import Amendment
from store.basket import Basket, basket
from store.outcomes import Refused
from store.placing import OrderLine, Placed, place_order
from store.pricing import Wanted
from tests.market.world import NOW, Buyer, World


async def shown(agent: AsyncConnection[Any], buyer: Buyer, *wanted: tuple[int, int], **more: Any) -> Basket:
    return await basket(agent, buyer.id, [Wanted(*line) for line in wanted], now=NOW, **more)


async def place(
    agent: AsyncConnection[Any], buyer: Buyer, seen: Basket, *, request: UUID | None = None, **more: Any
) -> Placed | Refused:
    lines = [OrderLine(line.offer_id, line.quantity, line.unit_price) for order in seen.orders for line in order.lines]
    return await place_order(
        agent,
        request_id=request or uuid4(),
        pharmacy_id=buyer.id,
        contact_id=buyer.contact,
        lines=lines,
        total=seen.total,
        now=NOW,
        **more,
    )


async def placed(agent: AsyncConnection[Any], buyer: Buyer, *wanted: tuple[int, int], **more: Any) -> Placed:
    result = await place(agent, buyer, await shown(agent, buyer, *wanted, **more), **more)
    assert isinstance(result, Placed), result
    return result


def reasons(result: object) -> list[str]:
    assert isinstance(result, Refused | Basket | Amendment), result
    return [problem.reason for problem in result.problems]


class connections:  # noqa: N801 - reads as a function
    """So many connections as the agents."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        self._number = number
        self._open: list[AsyncConnection[Any]] = []

    async def __aenter__(self) -> list[AsyncConnection[Any]]:
        dsn = self._world.database.dsn("marketplace_agent")
        for _ in range(self._number):
            self._open.append(await AsyncConnection.connect(dsn, autocommit=True))
        return self._open

    async def __aexit__(self, *_: object) -> None:
        for connection in self._open:
            await connection.close()
