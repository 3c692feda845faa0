"""Turns files into words, with whatever can: a barcode offline, a model that sees or hears when one is configured."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import structlog

from agents.media.attached import Attached, attached
from agents.media.channel import ChannelMedia, File, MediaUnavailable
from schemas.records.conversations import InboundMessage

log = structlog.get_logger(__name__)

_AT_MOST = 3
"""Files of one turn that are read."""
_LONGEST = 2000


class Reader(Protocol):
    """Reads one kind of thing out of a file."""

    async def read(self, kind: str, file: File) -> str | None:
        """The words of an ``image`` or ``audio``; ``None`` when it sees or hears none. Never raises for any bytes."""
        ...


@runtime_checkable
class Opens(Protocol):
    """A reader that has something to make ready."""

    async def open(self) -> None:
        """Makes ready; may take seconds."""
        ...

    async def close(self) -> None:
        """Closes what was opened."""
        ...


class Readers:
    """The words of messages' files: the first reader that finds some has them."""

    def __init__(self, channel: ChannelMedia, readers: Sequence[Reader]) -> None:
        self._channel = channel
        self._readers = readers

    async def open(self) -> None:
        """Makes ready; connects to nothing. A reader that needs a model loads it: seconds."""
        await self._channel.open()
        for reader in self._readers:
            if isinstance(reader, Opens):
                await reader.open()

    async def close(self) -> None:
        """Closes the connections."""
        await self._channel.close()
        for reader in self._readers:
            if isinstance(reader, Opens):
                await reader.close()

    async def words(self, messages: Sequence[InboundMessage]) -> Mapping[str, str | None]:
        """What was read by the message's id; ``None`` where there is a file that nobody could read.

        Side by side, each within the channel's time limit. A file that cannot be got is not waited for: who sent it is
        asked for words.
        """
        found = [(message["message_id"], one) for message in messages if (one := attached(message)) is not None]
        read = await asyncio.gather(*(self._read(one) for _, one in found[:_AT_MOST]))
        return dict(zip((message_id for message_id, _ in found), read, strict=False))

    async def _read(self, one: Attached) -> str | None:
        try:
            file = await self._channel.fetch(one.media_id)
        except MediaUnavailable as error:
            log.warning("a file of the channel could not be got", kind=one.kind, why=str(error))
            return None
        for reader in self._readers:
            if words := await reader.read(one.kind, file):
                return words[:_LONGEST]
        return None
