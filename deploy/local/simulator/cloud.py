"""The Cloud API's endpoints: what the platform's sender calls."""

import asyncio
import hmac
import re
import secrets
from typing import Final

from aiohttp import web
from pydantic import SecretStr

from deploy.local.simulator import api_request, graph
from deploy.local.simulator.api_request import MarkRead, Send
from deploy.local.simulator.media import Media
from deploy.local.simulator.provider import Provider

_BEARER: Final = re.compile(r"(?:Bearer|OAuth) +(\S+)", re.IGNORECASE)

TIMEOUT_SECONDS: Final = 60.0
"""How long a faulty connection stays silent when the fault does not say."""


class CloudApi:
    """Handlers for one business number and one access token."""

    def __init__(self, provider: Provider, media: Media, phone_number_id: str, access_token: SecretStr) -> None:
        self._provider = provider
        self._media = media
        self._phone_number_id = phone_number_id
        self._access_token = access_token

    def routes(self) -> list[web.RouteDef]:
        """Every version of the API answers the same."""
        return [
            web.post(r"/v{version:\d+\.\d+}/{object}/messages", self.messages),
            web.get(r"/v{version:\d+\.\d+}/{object}", self.object),
            web.get("/media/{object}", self.download),
        ]

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Send a message, or mark one as read."""
        try:
            self._authorise(request)
            asked = api_request.read(await request.read())
            if isinstance(asked, MarkRead):
                self._provider.mark_read(asked)
                return web.json_response({"success": True})
            return await self._send(request, asked)
        except graph.GraphError as error:
            return _refusal(error)

    async def object(self, request: web.Request) -> web.Response:
        """What the number is, by which clients check their token; or where a file is."""
        file = self._media.find(request.match_info["object"])
        try:
            self._authorise(request, number=file is None)
            if file is not None:
                media_id = request.match_info["object"]
                url = str(request.url.with_path(f"/media/{media_id}").with_query(None))
                return web.json_response(self._media.described(media_id, file, url))
        except graph.GraphError as error:
            return _refusal(error)
        simulation = self._provider.simulation
        return web.json_response(
            {
                "id": self._phone_number_id,
                "verified_name": simulation.verified_name,
                "display_phone_number": simulation.display_phone_number,
                "quality_rating": "GREEN",
            }
        )

    async def download(self, request: web.Request) -> web.Response:
        """The bytes of a file, for whom the token belongs to."""
        file = self._media.find(request.match_info["object"])
        try:
            self._authorise(request, number=False)
            if file is None:
                raise graph.unknown_object(request.match_info["object"])
        except graph.GraphError as error:
            return _refusal(error)
        return web.Response(body=file.content, content_type=file.mime_type)

    def _authorise(self, request: web.Request, *, number: bool = True) -> None:
        header = request.headers.get("Authorization", "")
        match = _BEARER.fullmatch(header)
        if match is None:
            raise graph.no_token()
        if not hmac.compare_digest(match[1].encode(), self._access_token.get_secret_value().encode()):
            raise graph.wrong_token()
        if number and request.match_info["object"] != self._phone_number_id:
            raise graph.unknown_object(request.match_info["object"])

    async def _send(self, request: web.Request, send: Send) -> web.StreamResponse:
        faults = self._provider.faults
        if faults.strike("rate-limit", send.contact) is not None:
            raise graph.rate_limited()
        if faults.strike("server-error", send.contact) is not None:
            raise graph.broken()
        if faults.strike("reset", send.contact) is not None:
            return _cut(request)
        if (slow := faults.strike("slow", send.contact)) is not None:
            await asyncio.sleep(slow.seconds or 1.0)
        message = self._provider.business_sends(send)
        if faults.strike("reset-after", send.contact) is not None:
            return _cut(request)
        if (silent := faults.strike("timeout-after", send.contact)) is not None:
            await asyncio.sleep(TIMEOUT_SECONDS if silent.seconds is None else silent.seconds)
            return _cut(request)
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": send.input, "wa_id": send.contact}],
                "messages": [{"id": message.wamid}],
            }
        )


def _refusal(error: graph.GraphError) -> web.Response:
    trace = "A" + secrets.token_urlsafe(16)
    headers = {"x-fb-trace-id": trace}
    if error.status == 401:
        headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{error.message}"'
    return web.json_response(error.body(trace), status=error.status, headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
