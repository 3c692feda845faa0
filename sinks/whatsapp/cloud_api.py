"""The Cloud API's client for sending text.

Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

import aiohttp
import orjson
from pydantic import SecretStr

from schemas.records.conversations import Reply
from sinks.whatsapp.outcome import Outcome, Refused, Unclear, classify

_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 15.0
"""How long an idle connection is kept: less than servers keep theirs, so that a request never meets one just closed."""


class CloudApi:
    """Sends messages. Open it with ``open``, close it with ``close``; connections are kept and shared."""

    def __init__(self, graph_url: str, access_token: SecretStr, *, seconds: float, connections: int = 64) -> None:
        self._url = graph_url.rstrip("/")
        self._token = access_token
        self._seconds = seconds
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Makes the session; connects to nothing."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=self._seconds, connect=_CONNECT_SECONDS),
            headers={"Authorization": f"Bearer {self._token.get_secret_value()}", "Content-Type": "application/json"},
        )

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def send(self, reply: Reply) -> Outcome:
        """Asks once, never again by itself. Raises nothing that a network or a server can cause."""
        assert self._session is not None, "open() comes first"
        url = f"{self._url}/{reply['phone_number_id']}/messages"
        try:
            async with self._session.post(url, data=request_body(reply), allow_redirects=False) as response:
                raw = await response.read()
                return classify(response.status, _json(raw), response.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Refused(None, f"not connected: {type(error).__name__}", everyone=True)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unclear(type(error).__name__)


def request_body(reply: Reply) -> bytes:
    """The JSON of a text message; the provider echoes the command's id in the message's statuses."""
    body: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": reply["contact"],
        "type": "text",
        "text": {"preview_url": False, "body": reply["text"]},
        "biz_opaque_callback_data": reply["command_id"],
    }
    if reply["in_reply_to"] is not None:
        body["context"] = {"message_id": reply["in_reply_to"]}
    return orjson.dumps(body)


def _json(raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
