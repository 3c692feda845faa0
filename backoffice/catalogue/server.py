"""The catalogue over HTTP: the site's files, live figures, and a page for what is not found."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Final
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from backoffice.catalogue.live import Live
from backoffice.catalogue.site import MISSING, POLICY

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS: Final = {
    # in the header also against being framed, which the page's own copy of the policy cannot say
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TYPES: Final = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
}
_OURS: Final = {"127.0.0.1", "localhost", "::1"}
_BOUND: Final = web.AppKey("bound_host", str)


class Catalogue:
    """The handlers over a rendered site."""

    def __init__(self, files: Mapping[str, bytes], live: Live) -> None:
        self._files = files
        self._live = live

    def application(self, host: str) -> web.Application:
        """The aiohttp application that will listen on ``host``; nothing is open yet."""
        app = web.Application(middlewares=[_guard])
        app[_BOUND] = host
        app.on_response_prepare.append(_add_headers)
        app.router.add_get("/healthz", self.healthy)
        app.router.add_get("/live.json", self.ages)
        app.router.add_get("/live/{name}.json", self.figures)
        app.router.add_get("/{path:.*}", self.file)
        return app

    async def healthy(self, request: web.Request) -> web.Response:
        """The process runs."""
        return web.json_response({"status": "ok"})

    async def ages(self, request: web.Request) -> web.Response:
        """``{state, age_seconds: {topic: seconds or null}}``; without a broker the state is ``away``."""
        found = await self._live.ages()
        return _json({"state": "away" if found is None else "ok", "age_seconds": found or {}})

    async def figures(self, request: web.Request) -> web.Response:
        """A topic's figures; 404 for one that the register does not have. A broker that is away is an answer too."""
        try:
            found = await self._live.figures(request.match_info["name"])
        except KeyError:
            return _json({"state": "absent"}, status=404)
        return _json(asdict(found))

    async def file(self, request: web.Request) -> web.Response:
        """A file of the site. A page's address works without ``.html`` too."""
        path = request.match_info["path"]
        for candidate in (path, f"{path}.html", f"{path.rstrip('/')}/index.html".lstrip("/")):
            if candidate in self._files:
                return self._answer(candidate, 200)
        return self._answer(f"en/{MISSING}" if path.startswith("en/") else MISSING, 404)

    def _answer(self, path: str, status: int) -> web.Response:
        kind = _TYPES[path.rpartition(".")[2]]
        headers = {"Cache-Control": "no-cache"}
        return web.Response(status=status, body=self._files[path], content_type=kind, charset="utf-8", headers=headers)


@asynccontextmanager
async def serve(files: Mapping[str, bytes], live: Live, *, host: str, port: int) -> AsyncIterator[str]:
    """Serve while the context lasts; gives the address (``http://host:port``); port 0 takes a free one.

    Raises ``OSError`` when the port is taken.
    """
    runner = web.AppRunner(Catalogue(files, live).application(host), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a foreign host name: a page of somebody else's that points its own name here (DNS rebinding)."""
    if urlsplit(f"//{request.host}").hostname not in _OURS | {request.app[_BOUND]}:
        return web.Response(status=403, text="the catalogue answers only under its own address\n")
    return await handler(request)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
