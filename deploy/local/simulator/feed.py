"""Waking those who watch a conversation when something in it changes."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Feed:
    """Who watches which contact. What changed is read from the store by whoever wakes."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def watch(self, contact: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change; clear it *before* reading the store, or a change may be missed."""
        event = asyncio.Event()
        self._watchers[contact].add(event)
        try:
            yield event
        finally:
            self._watchers[contact].discard(event)
            if not self._watchers[contact]:
                del self._watchers[contact]

    def changed(self, contact: str) -> None:
        """Wake those who watch this contact."""
        for event in self._watchers.get(contact, ()):
            event.set()

    def wake_all(self) -> None:
        """Wake everybody, so that they notice that the server stops."""
        for contact in list(self._watchers):
            self.changed(contact)


async def sleep_until_set(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set, or after ``seconds``."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
