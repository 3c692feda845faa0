"""Timing a message: from the moment a contact sends it to the moment the reply reaches the contact."""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer; ``milliseconds`` runs on the simulator's clock, from sent to received."""

    question: str
    answer: str | None
    milliseconds: float | None


class Conversation:
    """Writes through the WhatsApp simulator as a contact would. An async context manager around one HTTP session."""

    def __init__(self, simulator_url: str) -> None:
        self._url = simulator_url

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(self._url, raise_for_status=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(self, contact: str, text: str, *, timeout: float = 10.0) -> Exchange:
        """Send ``text`` and wait up to ``timeout`` seconds for the reply that quotes it."""
        async with self._session.post("/control/messages", json={"from": contact, "text": text}) as response:
            sent = await response.json()
        deadline = asyncio.get_running_loop().time() + timeout
        after = sent["seq"]
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            found = await self._after(contact, after, left)
            for message in found["messages"]:
                if message["reply_to"] == sent["wamid"]:
                    return Exchange(text, message["text"], message["received_ms"] - sent["received_ms"])
            after = found["cursor"]
        return Exchange(text, None, None)

    async def _after(self, contact: str, after: int, seconds: float) -> Any:
        query = {"author": "business", "after": str(after), "wait": f"{min(seconds, 30):.2f}"}
        async with self._session.get(f"/control/conversations/{contact}", params=query) as response:
            return await response.json()
