"""Writes down a voice message with a model that hears: what is said in it, as data."""

from agents.llm.budget import Scope
from agents.llm.completion import Audio, Request
from agents.llm.router import NoModelError, Purpose, Router
from agents.media.channel import File
from runtime.text.redaction import redact

LARGEST_BYTES = 2 * 1024 * 1024
"""Some ten minutes as WhatsApp records a voice; longer ones are not a question."""
_BYTES_A_SECOND = 750
"""Of the leanest voice codec that the channel takes: from the size comes the longest that a recording can be."""
_ENDINGS = {"audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "aac", "audio/amr": "amr"}


class VoiceReader:
    """A ``Reader`` of recordings. It owns its router: ``open`` loads LiteLLM (seconds), ``close`` ends it."""

    def __init__(self, router: Router, *, seconds: float = 10.0) -> None:
        self._router = router
        self._seconds = seconds

    async def open(self) -> None:
        """Makes the model ready. Raises ``SettingsError`` for one whose price nobody knows."""
        await self._router.start()

    async def close(self) -> None:
        """Closes the connections."""
        await self._router.close()

    async def read(self, kind: str, file: File) -> str | None:
        """What is said, identifiers redacted; ``None`` for nothing, other files, long recordings, or no model."""
        mime = file.mime_type.partition(";")[0].strip().lower()
        if kind != "audio" or mime not in _ENDINGS or not 0 < len(file.content) <= LARGEST_BYTES:
            return None
        longest = len(file.content) / _BYTES_A_SECOND
        request = Request((), audio=Audio(f"voz.{_ENDINGS[mime]}", mime, file.content, longest), max_tokens=0)
        purpose = Purpose(name="voice", prompt="none", scope=Scope("", ""))
        try:
            completion = await self._router.complete(request, purpose, seconds=self._seconds)
        except NoModelError:
            return None
        return redact(" ".join(completion.text.split())).text or None
