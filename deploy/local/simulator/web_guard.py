"""What every answer carries and what is refused, so that no other page in the browser can reach the simulator."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_OURS: Final = {"127.0.0.1", "localhost", "::1"}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests under a foreign host name (DNS rebinding) or from a foreign page (cross-site requests)."""
    if not _is_ours(request):
        return web.Response(status=403, text="the simulator answers only to pages of its own address")
    return await handler(request)


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """A signal handler for ``on_response_prepare``."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _is_ours(request: web.Request) -> bool:
    host = urlsplit(f"//{request.host}").hostname
    bound = request.app[BOUND_HOST]
    if host not in _OURS | {bound}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


BOUND_HOST: Final = web.AppKey("bound_host", str)
