"""A simulator and a platform that it calls, for tests."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from aiohttp import web

from deploy.local.simulator.server import Settings, serve
from deploy.local.simulator.settings import Business, Simulation, Subscriber
from deploy.local.simulator.signature import HEADER, sign

NUMBER, TOKEN, SECRET, VERIFY = "100000000000002", "token-for-tests", "app-secret", "verify-token"


async def until(ready: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a condition; fails after ``seconds``."""
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110 - the condition belongs to another program
            await asyncio.sleep(0.01)


@dataclass
class Platform:
    """Receives webhooks at ``url``; ``answers`` gives the status of each (then 200), ``values`` what was accepted."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0
    handshakes: int = 0
    verify_token: str = VERIFY
    on_message: Callable[[dict[str, Any]], Awaitable[None]] | None = None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Contacts' messages in the order accepted."""
        return [message for value in self.values for message in value.get("messages", [])]

    @property
    def statuses(self) -> list[dict[str, Any]]:
        """Statuses in the order accepted."""
        return [status for value in self.values for status in value.get("statuses", [])]

    async def verify(self, request: web.Request) -> web.Response:
        """The handshake."""
        self.handshakes += 1
        if request.query.get("hub.verify_token") != self.verify_token or request.query["hub.mode"] != "subscribe":
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def receive(self, request: web.Request) -> web.Response:
        """A webhook."""
        raw = await request.read()
        self.seen += 1
        if request.headers.get(HEADER) != sign(raw, SECRET):
            return web.Response(status=401)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            value = json.loads(raw)["entry"][0]["changes"][0]["value"]
            self.values.append(value)
            for message in value.get("messages", []):
                if self.on_message is not None:
                    await self.on_message(message)
        return web.Response(status=status)


@asynccontextmanager
async def platform_on(port: int = 0) -> AsyncIterator[Platform]:
    """A platform that listens; port 0 takes a free one."""
    platform = Platform()
    app = web.Application()
    app.add_routes([web.get("/webhook", platform.verify), web.post("/webhook", platform.receive)])
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
        yield platform
    finally:
        await runner.cleanup()


def settings(webhook_url: str, **changes: Any) -> Settings:
    """Settings of a quick simulator."""
    quick = {"delivered_after_seconds": 0.02, "read_after_seconds": 0.05, "retry_first_seconds": 0.02}
    return Settings(
        Business(phone_number_id=NUMBER, access_token=TOKEN),
        Subscriber(app_secret=SECRET, verify_token=VERIFY),
        Simulation(webhook_url=webhook_url, **{**quick, **changes}),
    )


@dataclass
class Simulator:
    """The simulator as its clients see it."""

    url: str
    http: aiohttp.ClientSession

    async def writes(self, contact: str, text: str, **more: Any) -> dict[str, Any]:
        """A contact writes."""
        answer: dict[str, Any] = await self.post("/control/messages", {"from": contact, "text": text, **more}, 201)
        return answer

    async def sends(self, contact: str, text: str, **more: Any) -> dict[str, Any]:
        """The platform sends a text."""
        body = {"messaging_product": "whatsapp", "to": contact, "type": "text", "text": {"body": text}, **more}
        answer: dict[str, Any] = await self.cloud(body)
        return answer

    async def cloud(self, body: Any, status: int = 200, token: str | None = TOKEN, number: str = NUMBER) -> Any:
        """A request to the Cloud API; checks the answer's HTTP status."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.post(f"{self.url}/v23.0/{number}/messages", data=data, headers=headers) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        """A request to the control API."""
        async with self.http.post(self.url + path, json=body) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def get(self, path: str, **query: Any) -> Any:
        """A question to the control API."""
        async with self.http.get(self.url + path, params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def misbehaves(self, kind: str, **more: Any) -> None:
        """Put a fault in force."""
        await self.post("/control/faults", {"kind": kind, **more}, 201)


@asynccontextmanager
async def simulator_on(
    webhook_url: str, data: Path, *, port: int = 0, contacts: Path | None = None, **changes: Any
) -> AsyncIterator[Simulator]:
    """A simulator in this process; ``changes`` are fields of ``Simulation``."""
    async with (
        serve(
            settings(webhook_url, **changes),
            host="127.0.0.1",
            port=port,
            data=data,
            contacts=contacts,
            random=Random(7),
        ) as url,
        aiohttp.ClientSession() as http,
    ):
        yield Simulator(url, http)
