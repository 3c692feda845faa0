"""What each answer of the Cloud API means for the message."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.clock import ManualClock
from schemas import example
from schemas.topics import REPLY
from sinks.whatsapp.cloud_api import request_body
from sinks.whatsapp.gate import Gate
from sinks.whatsapp.outcome import Accepted, Failed, Refused, Unclear, classify

pytestmark = pytest.mark.unit


def refusal(code: int, title: str = "(#x) title") -> dict[str, Any]:
    return {"error": {"message": title, "type": "OAuthException", "code": code, "fbtrace_id": "A"}}


def test_accepted_names_the_message() -> None:
    body = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.1"}]}
    assert classify(200, body, {}) == Accepted("wamid.1")


@pytest.mark.parametrize("body", [None, {}, {"messages": []}, {"messages": [{"id": ""}]}, [], "ok"])
def test_accepted_without_an_id_may_have_been_taken(body: Any) -> None:
    assert isinstance(classify(200, body, {}), Unclear)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 302, 204])
def test_a_broken_server_may_have_taken_it(status: int) -> None:
    assert isinstance(classify(status, refusal(131000), {}), Unclear)


@pytest.mark.parametrize(
    ("status", "code", "everyone"),
    [(400, 130429, True), (429, 130429, True), (429, 131056, False), (400, 131056, False), (400, 80007, True)],
)
def test_rate_limits_hold_back_whom_they_are_about(status: int, code: int, everyone: bool) -> None:
    outcome = classify(status, refusal(code), {"Retry-After": "7"})
    assert outcome == Refused(code, "(#x) title", everyone=everyone, after_seconds=7.0)


@pytest.mark.parametrize(("status", "code"), [(401, 190), (403, 10), (403, 200), (400, 190)])
def test_our_own_credentials_lose_no_message(status: int, code: int) -> None:
    assert isinstance(classify(status, refusal(code), {}), Refused)


@pytest.mark.parametrize("code", [131026, 131047, 131009, 100, 131051])
def test_a_message_that_can_never_go_fails_with_its_code(code: int) -> None:
    assert classify(400, refusal(code), {}) == Failed(code, "(#x) title")


@given(
    st.integers(100, 599),
    st.none() | st.booleans() | st.text() | st.dictionaries(st.text(), st.text()) | st.just({"error": {"code": "x"}}),
    st.dictionaries(st.just("Retry-After"), st.text(max_size=8)),
)
def test_any_answer_has_an_outcome(status: int, body: Any, headers: dict[str, str]) -> None:
    outcome = classify(status, body, headers)
    assert isinstance(outcome, Accepted | Failed | Refused | Unclear)
    assert not (status >= 500 and isinstance(outcome, Failed | Refused)), "a server error never proves it was not taken"


def test_request_quotes_the_message_and_carries_the_command() -> None:
    reply = example.read(REPLY)
    body = orjson.loads(request_body(reply))  # type: ignore[arg-type]
    assert body["to"] == reply["contact"]
    assert body["text"]["body"] == reply["text"]
    assert body["biz_opaque_callback_data"] == reply["command_id"]
    assert body["context"] == {"message_id": reply["in_reply_to"]}


async def test_gate_holds_until_it_opens_and_never_opens_early() -> None:
    clock = ManualClock()
    gate = Gate(clock)
    await gate.passed()
    gate.close_for(5)
    gate.close_for(1)
    await gate.passed()
    assert sum(clock.slept) == 5
