"""Kafka Connect puts calls off while its workers share out the work: `connectors apply` waits and goes on."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.postgres import operate
from connectors.postgres.client import ConnectClient, ConnectError
from connectors.postgres.configs import Connector
from runtime.clock import ManualClock
from runtime.settings import ConnectSettings

pytestmark = pytest.mark.broker
CONNECTOR = Connector("marketplace", {"connector.class": "io.debezium.connector.postgresql.PostgresConnector"})
REBALANCES = {"error_code": 409, "message": "Cannot complete request momentarily due to a rebalance"}
EXPECTED = {"error_code": 500, "message": "Request cannot be completed because a rebalance is expected"}


class Worker:
    """A Connect worker that answers the next calls with ``refusals``, each a status and a body, and then does them."""

    def __init__(self, *refusals: tuple[int, Any]) -> None:
        self.refusals: Iterator[tuple[int, Any]] = iter(refusals)
        self.calls: list[str] = []
        self.config: dict[str, str] | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.calls.append(f"{request.method} {request.path}")
        refused = next(self.refusals, None)
        if refused is not None:
            return web.json_response(refused[1], status=refused[0])
        if request.path.endswith("/validate"):
            return web.json_response({"configs": []})
        if request.method == "PUT":
            self.config = await request.json()
        elif self.config is None:
            return web.json_response({"message": "none"}, status=404)
        return web.json_response(self.config)


@asynccontextmanager
async def connect(worker: Worker, clock: ManualClock) -> AsyncIterator[ConnectClient]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", worker.handle)
    async with (
        TestServer(app) as server,
        ConnectClient(ConnectSettings(url=str(server.make_url(""))), clock=clock) as it,
    ):
        yield it


async def test_a_connector_is_applied_in_spite_of_rebalances() -> None:
    worker, clock = Worker(*[(409, REBALANCES), (500, EXPECTED)] * 3, (409, REBALANCES)), ManualClock()
    async with connect(worker, clock) as client:
        assert await operate.apply(client, CONNECTOR) == "created"
        assert await operate.apply(client, CONNECTOR) == "unchanged"
    assert worker.config == {**CONNECTOR.config, "name": "marketplace"}
    assert worker.calls.count("GET /connectors/marketplace/config") == 9
    assert worker.calls.count("PUT /connectors/marketplace/config") == 1
    assert len(clock.slept) == 7
    assert max(clock.slept) <= 2


async def test_the_write_itself_is_made_again() -> None:
    worker = Worker((404, {}), (200, {"configs": []}), (409, REBALANCES), (409, REBALANCES))
    async with connect(worker, ManualClock()) as client:
        assert await operate.apply(client, CONNECTOR) == "created"
    assert worker.calls[2:] == ["PUT /connectors/marketplace/config"] * 3


async def test_a_rebalance_without_end_is_told_in_connect_s_words() -> None:
    worker, clock = Worker(*[(409, REBALANCES)] * 100), ManualClock()
    async with connect(worker, clock) as client:
        with pytest.raises(ConnectError, match="due to a rebalance"):
            await operate.apply(client, CONNECTOR)
    assert 60 <= sum(clock.slept) <= 120


async def test_any_other_refusal_is_not_asked_again() -> None:
    worker = Worker((500, {"message": "no such plugin"}))
    async with connect(worker, ManualClock()) as client:
        with pytest.raises(ConnectError, match="no such plugin"):
            await operate.apply(client, CONNECTOR)
    assert len(worker.calls) == 1
