"""Gets a file from the channel: first where it is, then its bytes.

Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media. The address is good for five minutes.
"""

from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr

LARGEST_BYTES = 5 * 1024 * 1024
"""The Cloud API's limit for pictures; recordings may be larger, and are not read then."""


class MediaUnavailable(Exception):  # noqa: N818 - a state of the world that passes
    """The channel did not give the file: it does not answer, has it no more, or it is too large."""


@dataclass(frozen=True, slots=True)
class File:
    """A file's bytes and what the channel says they are."""

    content: bytes
    mime_type: str


class ChannelMedia:
    """Fetches files. Open it with ``open``, close it with ``close``. ``graph_url`` ends with the API version."""

    def __init__(self, graph_url: str, access_token: SecretStr, *, seconds: float = 8.0) -> None:
        self._url = graph_url.rstrip("/")
        self._token = access_token
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Makes the session; connects to nothing."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._seconds, connect=3),
            headers={"Authorization": f"Bearer {self._token.get_secret_value()}"},
        )

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def fetch(self, media_id: str) -> File:
        """The file; raises ``MediaUnavailable``."""
        assert self._session is not None, "open() comes first"
        try:
            async with self._session.get(f"{self._url}/{media_id}", allow_redirects=False) as found:
                if found.status != 200:
                    raise MediaUnavailable(f"the channel answered {found.status}")
                described = await found.json()
            if int(described["file_size"]) > LARGEST_BYTES:
                raise MediaUnavailable(f"{described['file_size']} bytes are too many")
            async with self._session.get(described["url"]) as response:
                if response.status != 200:
                    raise MediaUnavailable(f"the channel answered {response.status}")
                content = await response.content.read(LARGEST_BYTES + 1)
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise MediaUnavailable(type(error).__name__) from error
        if len(content) > LARGEST_BYTES:
            raise MediaUnavailable("more bytes than the channel said")
        return File(content, str(described.get("mime_type", "")))
