"""The control API: what a person, a demo, a bench or a test does to the simulator.

Its page is ``README.md`` beside this file.
"""

import asyncio
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.simulator.api_request import wa_id
from deploy.local.simulator.contacts import ContactList
from deploy.local.simulator.courier import Courier
from deploy.local.simulator.faults import KINDS, FaultError
from deploy.local.simulator.feed import sleep_until_set
from deploy.local.simulator.handshake import Subscription
from deploy.local.simulator.provider import Provider

LONGEST_WAIT_SECONDS: Final = 120.0
PAGE_SIZE: Final = 500


class Writing(BaseModel):
    """What a contact writes: ``text``, or a whole message object of the Cloud API (``type`` and its content).

    ``at`` is the contact's clock in Unix milliseconds, by default now.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    sender: Annotated[str, Field(alias="from")]
    text: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    message: dict[str, Any] | None = None
    name: str | None = None
    at: Annotated[float, Field(gt=0)] | None = None
    reply_to: str | None = None


class Control:
    """Handlers over the simulator's parts."""

    def __init__(self, provider: Provider, courier: Courier, subscription: Subscription, contacts: ContactList) -> None:
        self._provider = provider
        self._courier = courier
        self._subscription = subscription
        self._contacts = contacts

    def routes(self) -> list[web.RouteDef]:
        """All under ``/control``."""
        return [
            web.post("/control/messages", self.write),
            web.get("/control/conversations/{contact}", self.conversation),
            web.get("/control/contacts", self.contacts),
            web.get("/control/faults", self.faults),
            web.post("/control/faults", self.add_fault),
            web.delete("/control/faults", self.clear_faults),
            web.get("/control/webhooks", self.webhooks),
            web.post("/control/webhooks/verify", self.verify),
            web.post("/control/webhooks/retry", self.retry),
        ]

    async def write(self, request: web.Request) -> web.Response:
        """A contact writes."""
        try:
            writing = Writing.model_validate(await _json(request))
        except ValidationError as error:
            issue = error.errors(include_url=False)[0]
            raise bad_request(f"{'.'.join(map(str, issue['loc'])) or 'the body'}: {issue['msg']}") from None
        contact = wa_id(writing.sender)
        if contact is None:
            raise bad_request("from: must be a phone number of 7 to 15 digits with its country code")
        kind, content, text = _content(writing)
        message = self._provider.contact_writes(
            contact,
            kind,
            content,
            text=text,
            name=writing.name or self._contacts.name(contact),
            reply_to=writing.reply_to,
            sent_ms=writing.at,
        )
        return web.json_response(
            {"wamid": message.wamid, "seq": message.seq, "contact": contact, "received_ms": message.received_ms},
            status=201,
        )

    async def conversation(self, request: web.Request) -> web.Response:
        """Messages after a ``seq`` or a wamid (``after``), by one ``author``; waits up to ``wait`` seconds for one."""
        contact = contact_of(request)
        author = request.query.get("author")
        if author not in (None, "contact", "business"):
            raise bad_request("author: must be 'contact' or 'business'")
        seq = self._after(request.query.get("after", "0"))
        wait = _number(request, "wait", 0.0, LONGEST_WAIT_SECONDS)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        with self._provider.feed.watch(contact) as changed:
            while True:
                changed.clear()
                found = self._provider.store.after(contact, seq, PAGE_SIZE)
                wanted = [message for message in found if author is None or message.author == author]
                left = deadline - loop.time()
                if wanted or left <= 0:
                    break
                await sleep_until_set(changed, left)
        return web.json_response(
            {
                "messages": [message.public() for message in wanted],
                "cursor": found[-1].seq if found else seq,
                "typing": self._provider.typing(contact),
            }
        )

    async def contacts(self, _: web.Request) -> web.Response:
        """Whom a person may chat as."""
        return web.json_response(
            {
                "contacts": self._contacts.with_met(self._provider.store.contacts()),
                "problem": self._contacts.problem,
                "business": {
                    "name": self._provider.simulation.verified_name,
                    "number": self._provider.simulation.display_phone_number,
                },
            }
        )

    async def faults(self, _: web.Request) -> web.Response:
        """The faults in force."""
        rules = [rule.model_dump() for rule in self._provider.faults.rules]
        return web.json_response({"faults": rules, "kinds": list(KINDS)})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Misbehave."""
        try:
            fault = self._provider.faults.add(await _json(request))
        except FaultError as error:
            raise bad_request(str(error)) from None
        return web.json_response(fault.model_dump(), status=201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Behave."""
        self._provider.faults.clear()
        return web.json_response({"faults": []})

    async def webhooks(self, _: web.Request) -> web.Response:
        """Where webhooks go, whether the platform accepted them, and what waits."""
        waiting = self._provider.store.waiting()
        return web.json_response(
            {
                "url": self._subscription.url,
                "verified": self._subscription.confirmed.is_set(),
                "verification_failure": self._subscription.failure,
                "waiting": len(waiting),
                "failures": self._courier.failures,
                "last_failure": self._courier.last_failure,
                "oldest_ms": waiting[0].created_ms if waiting else None,
            }
        )

    async def verify(self, _: web.Request) -> web.Response:
        """Do the verification handshake now."""
        failure = await self._subscription.verify()
        return web.json_response(
            {"verified": failure is None, "failure": failure}, status=200 if failure is None else 502
        )

    async def retry(self, _: web.Request) -> web.Response:
        """Try what waits now."""
        return web.json_response({"lanes": self._courier.hurry()})

    def _after(self, value: str) -> int:
        if value.isdecimal() and len(value) < 19:
            return int(value)
        message = self._provider.store.message(value)
        if message is None:
            raise bad_request("after: must be a cursor or the wamid of a message")
        return message.seq


def bad_request(sentence: str) -> web.HTTPBadRequest:
    """The answer to a request that says something wrong."""
    return web.HTTPBadRequest(text=sentence)


def contact_of(request: web.Request) -> str:
    """The WhatsApp id in the path. Raises the answer to a wrong one."""
    contact = wa_id(request.match_info["contact"])
    if contact is None:
        raise bad_request("the contact must be a phone number of 7 to 15 digits with its country code")
    return contact


def _content(writing: Writing) -> tuple[str, dict[str, Any], str | None]:
    if (writing.text is None) == (writing.message is None):
        raise bad_request("give either 'text' or 'message'")
    if writing.text is not None:
        return "text", {"body": writing.text}, writing.text
    assert writing.message is not None
    kind = writing.message.get("type")
    content = writing.message.get(kind) if isinstance(kind, str) else None
    if not isinstance(kind, str) or not isinstance(content, dict):
        raise bad_request("message: needs a 'type' and an object under that name")
    return kind, content, _words(kind, content)


def _words(kind: str, content: dict[str, Any]) -> str | None:
    if kind == "interactive":
        chosen = content.get(str(content.get("type")))
        content = chosen if isinstance(chosen, dict) else {}
    found = next(
        (content[name] for name in ("body", "title", "caption", "text", "emoji", "name") if name in content), None
    )
    return found if isinstance(found, str) else None


async def _json(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send JSON, with Content-Type: application/json")
    try:
        return await request.json()
    except ValueError:
        raise bad_request("the body is not valid JSON") from None


def _number(request: web.Request, name: str, default: float, largest: float) -> float:
    try:
        value = float(request.query.get(name, default))
    except ValueError:
        value = -1.0
    if not 0 <= value <= largest:
        raise bad_request(f"{name}: must be a number of seconds from 0 to {largest:g}")
    return value
