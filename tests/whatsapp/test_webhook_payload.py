"""Payloads as Meta sends them, and anything else somebody could sign."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.whatsapp.payload import Parsed, parse
from runtime.errors import BadRecord

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
CONTACT = "5585988887777"


def envelope(**value: Any) -> bytes:
    whole = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551130000000", "phone_number_id": "106540352242922"},
        **value,
    }
    change = {"field": "messages", "value": whole}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1022", "changes": [change]}]})


def inbound(*messages: dict[str, Any]) -> Parsed:
    contacts = [{"profile": {"name": "Cida"}, "wa_id": CONTACT}]
    return parse(envelope(contacts=contacts, messages=list(messages)), received_at=NOW)


def message(kind: str, content: Any = None, **more: Any) -> dict[str, Any]:
    body = {"from": CONTACT, "id": f"wamid.{kind}", "timestamp": "1795262399", "type": kind, **more}
    return body if content is None else {**body, kind: content}


@pytest.mark.parametrize(
    ("sent", "kind", "text"),
    [
        (message("text", {"body": "tem dipirona?"}), "text", "tem dipirona?"),
        (message("image", {"id": "1", "mime_type": "image/jpeg", "caption": "esse aqui"}), "image", "esse aqui"),
        (message("image", {"id": "1", "mime_type": "image/jpeg"}), "image", None),
        (message("audio", {"id": "2", "mime_type": "audio/ogg; codecs=opus", "voice": True}), "audio", None),
        (message("video", {"id": "3", "caption": "olha"}), "video", "olha"),
        (message("document", {"id": "4", "filename": "nf.pdf", "caption": "a nota"}), "document", "a nota"),
        (message("location", {"latitude": -3.7, "longitude": -38.5}), "location", None),
        (message("button", {"payload": "SIM", "text": "Sim"}), "button", "Sim"),
        (
            message("interactive", {"type": "button_reply", "button_reply": {"id": "b", "title": "Falar"}}),
            "interactive",
            "Falar",
        ),
        (
            message("interactive", {"type": "list_reply", "list_reply": {"id": "l", "title": "Pedidos"}}),
            "interactive",
            "Pedidos",
        ),
        (message("reaction", {"message_id": "wamid.x", "emoji": "👍"}), "other", "👍"),
        (message("sticker", {"id": "5", "mime_type": "image/webp"}), "other", None),
        (message("unsupported", errors=[{"code": 131051, "title": "Unsupported"}]), "other", None),
        (message("of-next-year", {"anything": [1]}), "other", None),
    ],
)
def test_every_kind_of_message(sent: dict[str, Any], kind: str, text: str | None) -> None:
    [got] = inbound(sent).messages
    assert (got["kind"], got["text"]) == (kind, text)
    assert got["contact"] == CONTACT
    assert got["contact_name"] == "Cida"
    assert got["phone_number_id"] == "106540352242922"
    assert got["sent_at"] == datetime(2026, 11, 21, 11, 59, 59, tzinfo=UTC)
    assert got["received_at"] == NOW
    assert orjson.loads(got["payload"]) == sent


def test_quoted_message_is_named() -> None:
    [got] = inbound(message("text", {"body": "esse"}, context={"from": "551130000000", "id": "wamid.q"})).messages
    assert got["reply_to"] == "wamid.q"


def test_statuses_echo_the_command_and_say_why_a_message_failed() -> None:
    base = {"id": "wamid.out", "timestamp": "1795262399", "recipient_id": CONTACT}
    parsed = parse(
        envelope(
            statuses=[
                {**base, "status": "sent", "biz_opaque_callback_data": "cmd", "pricing": {"billable": True}},
                {**base, "status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]},
                {**base, "status": "deleted"},
            ]
        ),
        received_at=NOW,
    )
    sent, failed = parsed.updates
    assert (sent["status"], sent["command_id"], sent["error_code"]) == ("sent", "cmd", None)
    assert (failed["status"], failed["command_id"]) == ("failed", None)
    assert (failed["error_code"], failed["error_title"]) == (131047, "Re-engagement message")
    assert parsed.ignored == ["status"]


def test_one_unreadable_message_does_not_lose_the_others() -> None:
    parsed = inbound(
        message("text", {"body": "um"}),
        {"type": "text", "text": {"body": "sem remetente"}},
        {**message("text", {"body": "dois"}), "id": "wamid.2"},
    )
    assert [got["text"] for got in parsed.messages] == ["um", "dois"]
    [misfit] = parsed.misfits
    assert orjson.loads(misfit.body)["text"]["body"] == "sem remetente"
    assert misfit.error.cause == "not-a-message"


def test_several_entries_and_changes_are_all_read_in_order() -> None:
    one = orjson.loads(envelope(messages=[{**message("text", {"body": "1"}), "id": "a"}]))["entry"][0]
    two = orjson.loads(envelope(messages=[{**message("text", {"body": "2"}), "id": "b"}]))["entry"][0]
    two["changes"] = [*two["changes"], {"field": "account_update", "value": {"event": "x"}}, *one["changes"]]
    parsed = parse(orjson.dumps({"object": "whatsapp_business_account", "entry": [one, two]}), received_at=NOW)
    assert [got["message_id"] for got in parsed.messages] == ["a", "b", "a"]
    assert parsed.ignored == ["field"]


@pytest.mark.parametrize("stamp", [None, "", "ontem", "99999999999999", -5, 1.5, "１２"])
def test_a_message_is_worth_more_than_its_time(stamp: Any) -> None:
    [got] = inbound({**message("text", {"body": "oi"}), "timestamp": stamp}).messages
    assert got["sent_at"] == NOW


def test_characters_the_database_cannot_hold_are_left_out() -> None:
    [got] = inbound(message("text", {"body": "tem\x00 dipirona"})).messages
    assert got["text"] == "tem dipirona"


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"entry": [', "not-json"),
        (b"[]", "not-a-payload"),
        (b"null", "not-a-payload"),
        (b'{"entry": {}}', "not-a-payload"),
    ],
)
def test_what_is_no_payload_is_said_to_be_none(body: bytes, cause: str) -> None:
    with pytest.raises(BadRecord) as raised:
        parse(body, received_at=NOW)
    assert raised.value.cause == cause


NAMES = """
entry changes value field messages statuses contacts metadata phone_number_id from id type text body timestamp status
recipient_id errors code title context profile name wa_id interactive
"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES.split()) | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=40,
)


@given(JSON)
def test_any_json_is_read_or_refused_never_dropped(document: Any) -> None:
    try:
        body = orjson.dumps(document)
    except (TypeError, orjson.JSONEncodeError):
        return
    try:
        parse(body, received_at=NOW)
    except BadRecord as error:
        assert error.cause in ("not-json", "not-a-payload")


@given(st.lists(JSON, max_size=5), st.lists(JSON, max_size=5))
def test_every_part_of_a_payload_ends_somewhere(messages: list[Any], statuses: list[Any]) -> None:
    try:
        body = envelope(messages=messages, statuses=statuses)
    except (TypeError, orjson.JSONEncodeError):
        return
    parsed = parse(body, received_at=NOW)
    ended = len(parsed.messages) + len(parsed.updates) + len(parsed.misfits) + len(parsed.ignored)
    assert ended == len(messages) + len(statuses)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parse(body, received_at=NOW)
    except BadRecord as error:
        assert error.cause in ("not-json", "not-a-payload")
