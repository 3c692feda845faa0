"""Reading what the platform posts to ``/messages``: pure, from bytes to a request or a Graph error."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter, ValidationError

from deploy.local.simulator import contents, graph

Content = (
    contents.Text
    | contents.Media
    | contents.Location
    | contents.Reaction
    | contents.ButtonMessage
    | contents.ListMessage
    | contents.Template
)

_KINDS: Final[dict[str, TypeAdapter[Any]]] = {
    "text": TypeAdapter(contents.Text),
    "image": TypeAdapter(contents.Media),
    "audio": TypeAdapter(contents.Media),
    "video": TypeAdapter(contents.Media),
    "document": TypeAdapter(contents.Media),
    "sticker": TypeAdapter(contents.Media),
    "location": TypeAdapter(contents.Location),
    "reaction": TypeAdapter(contents.Reaction),
    "interactive": TypeAdapter(
        Annotated[contents.ButtonMessage | contents.ListMessage, Field(discriminator="type")],
    ),
    "template": TypeAdapter(contents.Template),
}

_PUNCTUATION: Final = re.compile(r"[\s().+-]")
_WA_ID: Final = re.compile(r"[0-9]{7,15}")


@dataclass(frozen=True, slots=True)
class Send:
    """A message to send: ``input`` is the recipient as written, ``contact`` their WhatsApp id."""

    input: str
    contact: str
    kind: str
    text: str | None
    content: dict[str, Any]
    reply_to: str | None
    command: str | None


@dataclass(frozen=True, slots=True)
class MarkRead:
    """The platform has read a contact's message; ``typing`` shows the contact that an answer is being written."""

    wamid: str
    typing: bool


def wa_id(number: str) -> str | None:
    """The WhatsApp id of a number as people write it: its 7 to 15 digits; ``None`` for anything else."""
    digits = _PUNCTUATION.sub("", number)
    return digits if _WA_ID.fullmatch(digits) else None


def read(raw: bytes) -> Send | MarkRead:
    """The request in a body of ``/messages``. Raises ``GraphError`` with what the API would answer."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise graph.invalid("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise graph.invalid("The request body must be a JSON object.")
    if "messaging_product" not in body:
        raise graph.invalid("The parameter messaging_product is required.")
    if body["messaging_product"] != "whatsapp":
        raise graph.invalid(
            "Param messaging_product must be one of {WHATSAPP} - got " + repr(body["messaging_product"])
        )
    return _mark_read(body) if "status" in body else _send(body)


def _mark_read(body: dict[str, Any]) -> MarkRead:
    if body["status"] != "read":
        raise graph.wrong("status", "the only status that can be set is 'read'")
    wamid = body.get("message_id")
    if not isinstance(wamid, str) or not wamid:
        raise graph.missing("message_id")
    typing = body.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise graph.wrong("typing_indicator", "must be {'type': 'text'}")
    return MarkRead(wamid, typing=typing is not None)


def _send(body: dict[str, Any]) -> Send:
    to = body.get("to")
    if not isinstance(to, str) or not to:
        raise graph.invalid("The parameter to is required.")
    contact = wa_id(to)
    if contact is None:
        raise graph.wrong("to", "must be a phone number of 7 to 15 digits with its country code")
    if body.get("recipient_type", "individual") != "individual":
        raise graph.wrong("recipient_type", "only 'individual' is simulated")
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise graph.wrong("type", "must be one of " + ", ".join(_KINDS))
    if kind not in body:
        raise graph.missing(kind)
    content = _content(kind, body[kind])
    return Send(
        input=to,
        contact=contact,
        kind=kind,
        text=content.words(),
        content=body[kind],
        reply_to=_reply_to(body.get("context")),
        command=_command(body.get("biz_opaque_callback_data")),
    )


def _content(kind: str, value: object) -> Content:
    try:
        content: Content = _KINDS[kind].validate_python(value)
    except ValidationError as error:
        issue = error.errors(include_url=False)[0]
        path = [str(part) for part in issue["loc"]]
        name = ".".join([kind, *path])
        if issue["type"] == "missing":
            raise graph.missing(name) from None
        if issue["type"] == "extra_forbidden":
            parent = ".".join([kind, *path[:-1]])
            raise graph.invalid(f'Unexpected key "{path[-1]}" on param "{parent}".') from None
        raise graph.wrong(name, issue["msg"]) from None
    return content


def _reply_to(context: object) -> str | None:
    if context is None:
        return None
    wamid = context.get("message_id") if isinstance(context, dict) else None
    if not isinstance(wamid, str) or not wamid:
        raise graph.missing("context.message_id")
    return wamid


def _command(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 512:
        raise graph.wrong("biz_opaque_callback_data", "must be a string of at most 512 characters")
    return value
