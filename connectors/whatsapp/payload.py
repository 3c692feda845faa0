"""A Cloud API webhook's body as the records we produce. Pure: bytes in, records and misfits out.

Source: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast, get_args

import orjson

from runtime.errors import BadRecord
from schemas.records.conversations import DeliveryStatus, DeliveryUpdate, InboundMessage, MessageKind

_KINDS = frozenset(get_args(MessageKind))
_STATUSES = frozenset(get_args(DeliveryStatus))
_LONGEST_ID = 512
_LAST_SECOND = 253_402_300_799


@dataclass(frozen=True, slots=True)
class Misfit:
    """A part of a genuine payload that is no record: its JSON, whom it is about as far as it says, and why."""

    body: bytes
    contact: str | None
    error: BadRecord


@dataclass(slots=True)
class Parsed:
    """Everything one payload holds, in its order. ``ignored`` names what we know and have no use for."""

    messages: list[InboundMessage] = field(default_factory=list)
    updates: list[DeliveryUpdate] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def parse(body: bytes, *, received_at: datetime) -> Parsed:
    """Reads a body of any bytes.

    Raises ``BadRecord`` when the body as a whole is no payload (``not-json``, ``not-a-payload``). A single message or
    status that cannot be read becomes a ``Misfit``; the others are kept. Fields we do not know are of no matter.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRecord("not-json", f"the body is no JSON, at character {error.pos}") from None
    entries = document.get("entry") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise BadRecord("not-a-payload", 'the body is no object with a list "entry"')
    parsed = Parsed()
    for change in _changes(entries, parsed):
        _read_change(change, received_at, parsed)
    return parsed


def _changes(entries: Sequence[Any], parsed: Parsed) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            parsed.misfits.append(_misfit(entry, None, 'an entry has no list "changes"'))
            continue
        for change in changes:
            if isinstance(change, dict) and isinstance(change.get("value"), dict):
                yield change
            else:
                parsed.misfits.append(_misfit(change, None, 'a change has no object "value"'))


def _read_change(change: Mapping[str, Any], received_at: datetime, parsed: Parsed) -> None:
    if change.get("field") != "messages":
        parsed.ignored.append("field")
        return
    value = change["value"]
    number = _text(_get(value, "metadata", "phone_number_id"))
    names = _names(value.get("contacts"))
    for message in _list(value, "messages", parsed):
        try:
            parsed.messages.append(_message(message, number, names, received_at))
        except BadRecord as error:
            parsed.misfits.append(Misfit(orjson.dumps(message), _text(_get(message, "from")), error))
    for status in _list(value, "statuses", parsed):
        try:
            update = _update(status, received_at)
        except BadRecord as error:
            parsed.misfits.append(Misfit(orjson.dumps(status), _text(_get(status, "recipient_id")), error))
        else:
            if update is None:
                parsed.ignored.append("status")
            else:
                parsed.updates.append(update)


def _message(message: Any, number: str | None, names: Mapping[str, str], received_at: datetime) -> InboundMessage:
    contact = _required(message, "from", "a message")
    if number is None:
        raise BadRecord("not-a-message", "a change with messages has no metadata.phone_number_id")
    kind = message.get("type")
    return InboundMessage(
        message_id=_required(message, "id", "a message"),
        phone_number_id=number,
        contact=contact,
        contact_name=names.get(contact),
        kind=cast(MessageKind, kind if kind in _KINDS else "other"),
        text=_words(message, kind),
        reply_to=_text(_get(message, "context", "id")),
        sent_at=_moment(message.get("timestamp"), received_at),
        received_at=received_at,
        payload=orjson.dumps(message).decode(),
    )


def _words(message: Mapping[str, Any], kind: Any) -> str | None:
    """What the contact said: a text, a caption, or the title of what was pressed."""
    known: dict[str, list[tuple[str, ...]]] = {
        "text": [("text", "body")],
        "button": [("button", "text"), ("button", "payload")],
        "interactive": [("interactive", "button_reply", "title"), ("interactive", "list_reply", "title")],
        "reaction": [("reaction", "emoji")],
    }
    found = (_get(message, *path) for path in known.get(str(kind), [(str(kind), "caption")]))
    return next((text.replace("\x00", "") for text in found if isinstance(text, str) and text), None)


def _update(status: Any, received_at: datetime) -> DeliveryUpdate | None:
    message_id = _required(status, "id", "a status")
    contact = _required(status, "recipient_id", "a status")
    step = status.get("status")
    if not isinstance(step, str):
        raise BadRecord("not-a-status", "a status has no status")
    if step not in _STATUSES:
        return None
    errors = status.get("errors")
    error = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = error.get("code")
    return DeliveryUpdate(
        message_id=message_id,
        command_id=_text(status.get("biz_opaque_callback_data")),
        contact=contact,
        status=cast(DeliveryStatus, step),
        occurred_at=_moment(status.get("timestamp"), received_at),
        error_code=code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 2**63 else None,
        error_title=_text(error.get("title")),
    )


def _names(contacts: Any) -> Mapping[str, str]:
    named = {}
    for contact in contacts if isinstance(contacts, list) else ():
        wa_id, name = _text(_get(contact, "wa_id")), _text(_get(contact, "profile", "name"))
        if wa_id and name:
            named[wa_id] = name
    return named


def _list(value: Mapping[str, Any], name: str, parsed: Parsed) -> Sequence[Any]:
    found = value.get(name)
    if found is None:
        return ()
    if not isinstance(found, list):
        parsed.misfits.append(_misfit(value, None, f'"{name}" is no list'))
        return ()
    return found


def _misfit(part: Any, contact: str | None, reason: str) -> Misfit:
    return Misfit(orjson.dumps(part), contact, BadRecord("not-a-payload", reason))


def _required(value: Any, name: str, what: str) -> str:
    found = _text(_get(value, name))
    if found is None or len(found) > _LONGEST_ID:
        raise BadRecord(f"not-{what.replace(' ', '-')}", f'{what} has no usable "{name}"')
    return found


def _moment(seconds: Any, otherwise: datetime) -> datetime:
    """The channel's clock; when it cannot be read the message is worth more than its time, so that ours stands in."""
    digits = str(seconds)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12 or int(digits) > _LAST_SECOND:
        return otherwise
    return datetime.fromtimestamp(int(digits), UTC)


def _get(value: Any, *path: str) -> Any:
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "") or None
