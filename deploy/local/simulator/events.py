"""A conversation as server-sent events, for the chat page."""

import asyncio
import json
from contextlib import suppress
from typing import Any, Final

from aiohttp import ClientConnectionResetError, web

from deploy.local.simulator.control import contact_of
from deploy.local.simulator.feed import sleep_until_set
from deploy.local.simulator.provider import Provider

SHOWN_AT_FIRST: Final = 200
BEAT_SECONDS: Final = 10.0
"""How often a silent stream says that it lives; a page that hears nothing for longer connects again."""


class Events:
    """The handler; ``stopping`` set and the feed woken ends every stream."""

    def __init__(self, provider: Provider, stopping: asyncio.Event) -> None:
        self._provider = provider
        self._stopping = stopping

    def routes(self) -> list[web.RouteDef]:
        """One stream a conversation."""
        return [web.get("/control/conversations/{contact}/events", self.stream)]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Events ``hello``, ``messages`` and ``typing``.

        The id of an event is ``epoch:revision``. A page that comes back with one gets what changed since; with an id
        of another epoch, or none, it gets the newest messages, and ``hello`` says to start over.
        """
        contact = contact_of(request)
        known, _, position = request.headers.get("Last-Event-ID", "").partition(":")
        resumed = known == self._epoch and position.isdecimal()
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        # A page that was closed or reloaded ends its stream by cutting it; nothing was lost, for it asks again.
        with suppress(ClientConnectionResetError):
            await response.write(_event("hello", {"fresh": not resumed}) + b"retry: 700\n\n")
            await self._tell(response, contact, int(position) if resumed else None)
        return response

    @property
    def _epoch(self) -> str | None:
        return self._provider.store.fact("epoch")

    async def _tell(self, response: web.StreamResponse, contact: str, revision: int | None) -> None:
        store, typing = self._provider.store, False
        with self._provider.feed.watch(contact) as changed:
            while not self._stopping.is_set():
                changed.clear()
                now = store.revision
                messages = (
                    store.latest(contact, SHOWN_AT_FIRST)
                    if revision is None
                    else store.changed_since(contact, revision)
                )
                if messages or revision is None:
                    news = {"messages": [message.public() for message in messages]}
                    await response.write(_event("messages", news, f"{self._epoch}:{now}"))
                revision = now
                if typing != (typing := self._provider.typing(contact)):
                    await response.write(_event("typing", {"typing": typing}))
                await sleep_until_set(changed, 1.0 if typing else BEAT_SECONDS)
                if not changed.is_set() and not typing:
                    await response.write(_event("beat", {}))


def _event(name: str, data: dict[str, Any], event_id: str | None = None) -> bytes:
    lines = [f"event: {name}", f"data: {json.dumps(data, separators=(',', ':'))}"]
    if event_id is not None:
        lines.append(f"id: {event_id}")
    return ("\n".join(lines) + "\n\n").encode()
