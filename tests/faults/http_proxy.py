"""A proxy before an HTTP server: every request passes, and those that write meet what was asked for."""

import json
import re
from collections.abc import Callable

import aiohttp
from aiohttp import web

from tests.faults.deeds import Deed, Trigger

_HOP = {"transfer-encoding", "content-encoding", "content-length", "connection", "keep-alive", "host"}
_POINTS = re.compile(r"/points(/batch|/payload)?$")
_ALL = tuple(Deed)


class HttpProxy:
    """One process's way to a server; ``worker`` is its name for the trigger."""

    def __init__(
        self, worker: str, trigger: Trigger, target: str, known: Callable[[str, str, bytes], tuple[Deed, ...]]
    ) -> None:
        """``known`` names the deeds that a request (method, path, body) can meet."""
        self._worker = worker
        self._trigger = trigger
        self._target = target
        self._known = known

    async def start(self) -> int:
        """Returns the port it listens on."""
        self._session = aiohttp.ClientSession(auto_decompress=True, timeout=aiohttp.ClientTimeout(total=60))
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Ends every request."""
        await self._runner.cleanup()
        await self._session.close()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        known = self._known(request.method, request.path, body)
        firing = self._trigger.take(self._worker, *known) if known else None
        if not await self._trigger.before(firing):
            if firing is not None and firing.deed is Deed.BUSY:
                return web.json_response({"error": {"code": 429, "message": "too many requests"}}, status=429)
            return _gone(request)
        if firing is not None and firing.deed is Deed.PARTIAL:
            body = half(body)
        try:
            answer = await self._forward(request, body)
        except (aiohttp.ClientError, TimeoutError):
            return _gone(request)
        if not await self._trigger.between(firing):
            if firing is not None and firing.deed is Deed.KILL_BETWEEN:
                return _gone(request)
            status = 500 if firing is not None and firing.deed is Deed.PARTIAL else 504
            return web.json_response({"error": {"code": status, "message": "not all was done"}}, status=status)
        if firing is not None and firing.deed is Deed.KILL_AFTER:
            await answer.prepare(request)
            await answer.write_eof()
            await self._trigger.after(firing)
        return answer

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        async with self._session.request(
            request.method, f"{self._target}{request.path_qs}", data=body, headers=headers, allow_redirects=False
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


def index_writes(method: str, path: str, body: bytes) -> tuple[Deed, ...]:
    """Of Qdrant's requests, those that write points. Reading them by id has the path of writing and another method."""
    if not _POINTS.search(path) or (method == "POST" and path.endswith("/points")):
        return ()
    return _ALL if half(body) != body else tuple(deed for deed in _ALL if deed is not Deed.PARTIAL)


def half(body: bytes) -> bytes:
    """An upsert with the first half of its points; anything else as it is."""
    try:
        document = json.loads(body)
        points = document["points"]
    except (ValueError, KeyError, TypeError):
        return body
    if not isinstance(points, list) or len(points) < 2:
        return body
    return json.dumps({**document, "points": points[: len(points) // 2]}).encode()


def _gone(request: web.Request) -> web.Response:
    """Closes the connection without an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=502)
