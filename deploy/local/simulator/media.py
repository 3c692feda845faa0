"""Pictures and voice messages: what contacts send beside words, and how the platform gets it.

Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media (retrieve a media URL, download media).
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

LARGEST_BYTES: Final = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """What was sent."""

    content: bytes
    mime_type: str


class Media:
    """The files sent since the simulator started, by their id."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def routes(self) -> list[web.RouteDef]:
        """The control API's upload; what the Cloud API serves is in ``CloudApi``."""
        return [web.post("/control/media", self.keep)]

    async def keep(self, request: web.Request) -> web.Response:
        """Keeps the body, whose kind is its ``Content-Type``; gives the id for a message's ``image`` or ``audio``."""
        content = await request.read()
        if not content or len(content) > LARGEST_BYTES:
            raise web.HTTPBadRequest(text=f"send a file of at most {LARGEST_BYTES} bytes as the body")
        return web.json_response({"id": self.add(File(content, request.content_type))}, status=201)

    def add(self, file: File) -> str:
        """The id of a file that is kept from now on."""
        media_id = str(10**14 + secrets.randbelow(10**15))
        self._files[media_id] = file
        return media_id

    def find(self, media_id: str) -> File | None:
        """The file; ``None`` for an id that is none."""
        return self._files.get(media_id)

    @staticmethod
    def described(media_id: str, file: File, url: str) -> dict[str, Any]:
        """The Cloud API's object of a file that can be got from ``url``."""
        return {
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": file.mime_type,
            "sha256": hashlib.sha256(file.content).hexdigest(),
            "file_size": len(file.content),
            "id": media_id,
        }
