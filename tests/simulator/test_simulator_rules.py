"""What the simulator decides without a socket."""

import base64
import hashlib
import hmac
import json
import os
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.simulator import wamid
from deploy.local.simulator.api_request import MarkRead, Send, read, wa_id
from deploy.local.simulator.faults import FaultError, Faults
from deploy.local.simulator.graph import GraphError
from deploy.local.simulator.retry import Schedule
from deploy.local.simulator.signature import sign

pytestmark = pytest.mark.unit

TEXT = {"messaging_product": "whatsapp", "to": "+55 (11) 98765-4321", "type": "text", "text": {"body": "Olá"}}


def refused(body: Any) -> GraphError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(GraphError) as caught:
        read(raw)
    return caught.value


def accepted(**changes: Any) -> Send:
    request = read(json.dumps(TEXT | changes).encode())
    assert isinstance(request, Send)
    return request


def test_the_signature_covers_the_raw_bytes() -> None:
    body = '{"a":"ação"}'.encode()
    assert sign(body, "secret") == "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    assert sign(body + b" ", "secret") != sign(body, "secret")


def test_ids_have_the_form_of_real_ones() -> None:
    ours = wamid.new("5511987654321", "business", os.urandom)
    raw = base64.b64decode(ours.removeprefix("wamid."))
    assert raw[:3] == bytes([0x1C, 0x18, 13])
    assert raw[3:16] == b"5511987654321"
    assert raw[16:22] == bytes([0x15, 0x02, 0x00, 0x11, 0x18, 18])
    assert raw[-1] == 0
    assert wamid.new("5511987654321", "contact", os.urandom).startswith("wamid.HBgNNTUxMTk4NzY1NDMyMRUCABIYF")
    assert len({wamid.new("5511987654321", "contact", os.urandom) for _ in range(1000)}) == 1000


def test_a_text_is_taken() -> None:
    send = accepted(biz_opaque_callback_data="id-1", context={"message_id": "wamid.x"})
    assert (send.input, send.contact) == ("+55 (11) 98765-4321", "5511987654321")
    assert (send.text, send.command, send.reply_to) == ("Olá", "id-1", "wamid.x")


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"to": "abc"}, 131009, "country code"),
        ({"text": {"body": ""}}, 131009, "text.body"),
        ({"text": {"body": "x" * 4097}}, 131009, "4096"),
        ({"text": {}}, 131008, "text.body"),
        ({"text": {"body": 5}}, 131009, "text.body"),
        ({"text": {"body": "a", "colour": "red"}}, 100, "colour"),
        ({"type": "image"}, 131008, "'image'"),
        ({"type": "image", "image": {}}, 131009, "exactly one"),
        ({"type": "poem", "poem": {}}, 131009, "must be one of"),
        ({"recipient_type": "group"}, 131009, "individual"),
        ({"biz_opaque_callback_data": "x" * 513}, 131009, "512"),
        ({"context": {}}, 131008, "context.message_id"),
        ({"type": "location", "location": {"latitude": 100, "longitude": 0}}, 131009, "latitude"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "button", "body": {"text": "a"}, "action": {"buttons": []}},
            },
            131009,
            "buttons",
        ),
    ],
)
def test_a_wrong_message_gets_the_code_and_says_what_is_wrong(changes: dict[str, Any], code: int, says: str) -> None:
    error = refused(TEXT | changes)
    assert (error.status, error.code) == (400, code)
    assert says in f"{error.message} {error.details}"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "not valid JSON"),
        (b"[]", "JSON object"),
        (b"\xff\xfe", "not valid JSON"),
        ({"to": "5511987654321"}, "messaging_product is required"),
        ({"messaging_product": "sms"}, "WHATSAPP"),
        ({"messaging_product": "whatsapp"}, "to is required"),
    ],
)
def test_a_request_that_is_no_message_is_refused(body: Any, says: str) -> None:
    error = refused(body)
    assert error.code == 100
    assert says in error.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from([*TEXT, "status", "message_id", "context", "body", "interactive", "action"]), inner
            )
        ),
        max_leaves=20,
    )
)
def test_no_request_breaks_the_reader(body: Any) -> None:
    if isinstance(body, dict):
        body = TEXT | body
    try:
        request = read(json.dumps(body).encode())
    except GraphError as error:
        json.dumps(error.body("trace"))
    else:
        assert isinstance(request, Send | MarkRead)


def test_an_error_has_the_shape_of_the_graph_api() -> None:
    body = refused(TEXT | {"to": "abc"}).body("AbC")
    assert body == {
        "error": {
            "message": "(#131009) Parameter value is not valid",
            "type": "OAuthException",
            "code": 131009,
            "error_data": {
                "messaging_product": "whatsapp",
                "details": "Parameter 'to': must be a phone number of 7 to 15 digits with its country code",
            },
            "fbtrace_id": "AbC",
        }
    }


def test_marking_as_read_may_ask_for_the_typing_indicator() -> None:
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
    assert read(json.dumps(body).encode()) == MarkRead("wamid.x", typing=False)
    assert read(json.dumps(body | {"typing_indicator": {"type": "text"}}).encode()) == MarkRead("wamid.x", typing=True)
    assert refused(body | {"status": "delivered"}).code == 131009


@pytest.mark.parametrize("number", ["", "123456", "1234567890123456", "5511a8765432", "٥٥١١٩٨٧٦٥٤٣٢"])
def test_what_is_no_number_has_no_whatsapp_id(number: str) -> None:
    assert wa_id(number) is None


@given(st.integers(1, 10_000))
def test_retries_wait_longer_and_never_beyond_the_longest(attempts: int) -> None:
    schedule = Schedule(first=0.25, longest=30.0, give_up_after=3600.0)
    delay = schedule.delay(attempts, Random(1))
    assert 0.2 <= delay <= 30.0
    assert schedule.delay(attempts + 5, Random(1)) >= min(delay, 24.0)
    assert not schedule.given_up(3599.0)
    assert schedule.given_up(3600.0)


def test_a_fault_strikes_as_often_as_asked_and_only_whom_it_names() -> None:
    faults = Faults(Random(1))
    faults.add({"kind": "server-error", "times": 2, "contact": "5511"})
    struck = [faults.strike("server-error", contact) is not None for contact in ("5521", "5511", "5511", "5511")]
    assert struck == [False, True, True, False]


def test_a_fault_may_strike_by_chance() -> None:
    faults = Faults(Random(1))
    faults.add({"kind": "reset", "times": None, "probability": 0.3})
    assert 200 < Counter(faults.strike("reset", "5511") is not None for _ in range(1000))[True] < 400


@pytest.mark.parametrize("rule", [{}, [], {"kind": "explode"}, {"kind": "slow", "probability": 2}])
def test_a_fault_that_makes_no_sense_is_refused_with_the_kinds(rule: Any) -> None:
    with pytest.raises(FaultError, match="server-error"):
        Faults(Random(1)).add(rule)
