"""Reads a picture with a language model that sees: what is written on it, as data."""

from agents.llm import prompts
from agents.llm.budget import Scope
from agents.llm.completion import Image, Message, Request
from agents.llm.router import NoModelError, Purpose, Router
from agents.media.channel import File
from runtime.text.redaction import redact

PROMPT = "picture"
_NOTHING = "NADA"
_MOST_TOKENS = 300
_KINDS = frozenset({"image/jpeg", "image/png", "image/webp"})


class ModelReader:
    """A ``Reader`` of pictures. Its router is started and closed by whoever made it."""

    def __init__(self, router: Router, *, seconds: float = 6.0) -> None:
        self._router = router
        self._seconds = seconds
        self._version = prompts.versions(PROMPT)[-1]

    async def read(self, kind: str, file: File) -> str | None:
        """What is written on the picture, identifiers redacted; ``None`` for nothing, other files, or no model."""
        mime = file.mime_type.partition(";")[0].strip().lower()
        if kind != "image" or mime not in _KINDS:
            return None
        request = Request(
            (
                Message("system", prompts.render(PROMPT, self._version)),
                Message("user", "A foto:", Image(mime, file.content)),
            ),
            max_tokens=_MOST_TOKENS,
        )
        purpose = Purpose(name=PROMPT, prompt=f"{PROMPT}/{self._version}", scope=Scope("", ""))
        try:
            completion = await self._router.complete(request, purpose, seconds=self._seconds)
        except NoModelError:
            return None
        words = redact(completion.text.strip()).text
        return None if not words or words.strip(" .").upper() == _NOTHING else words
