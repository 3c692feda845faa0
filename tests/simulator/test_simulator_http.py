"""The simulator over HTTP, with a platform that receives its webhooks."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.simulator.world import TOKEN, Platform, Simulator, platform_on, simulator_on, until

pytestmark = pytest.mark.broker

ANA = "5511987650001"
BRUNO = "5521987650002"


async def test_a_message_reaches_the_platform_signed_and_in_metas_shape(
    platform: Platform, simulator: Simulator
) -> None:
    written = await simulator.writes(ANA, "Cadê meu pedido?", name="Ana", at=1_700_000_000_123)
    await until(lambda: bool(platform.messages))
    value = platform.values[0]
    assert value["metadata"] == {"display_phone_number": "551140042000", "phone_number_id": "100000000000002"}
    assert value["contacts"] == [{"profile": {"name": "Ana"}, "wa_id": ANA}]
    assert value["messages"] == [
        {
            "from": ANA,
            "id": written["wamid"],
            "timestamp": "1700000000",
            "type": "text",
            "text": {"body": "Cadê meu pedido?"},
        }
    ]


async def test_a_send_is_answered_and_its_statuses_follow_in_order_with_our_id(
    platform: Platform, simulator: Simulator
) -> None:
    await simulator.writes(ANA, "oi")
    answer = await simulator.sends("+55 11 98765-0001", "Olá", biz_opaque_callback_data="command-1")
    (sent,) = answer["messages"]
    assert answer["contacts"] == [{"input": "+55 11 98765-0001", "wa_id": ANA}]
    await until(lambda: len(platform.statuses) == 3)
    assert [status["status"] for status in platform.statuses] == ["sent", "delivered", "read"]
    assert {status["id"] for status in platform.statuses} == {sent["id"]}
    assert {status["biz_opaque_callback_data"] for status in platform.statuses} == {"command-1"}
    assert {status["recipient_id"] for status in platform.statuses} == {ANA}


async def test_the_reply_is_seen_by_who_waits_for_it(platform: Platform, simulator: Simulator) -> None:
    written = await simulator.writes(ANA, "oi")
    waiting = asyncio.create_task(
        simulator.get(f"/control/conversations/{ANA}", after=written["wamid"], wait=10, author="business")
    )
    await until(lambda: bool(platform.messages))
    assert not waiting.done()
    answer = await simulator.sends(ANA, "Olá")
    (reply,) = (await waiting)["messages"]
    assert (reply["wamid"], reply["text"]) == (answer["messages"][0]["id"], "Olá")
    assert reply["received_ms"] > written["received_ms"]


async def test_who_waits_in_vain_is_told_so(simulator: Simulator) -> None:
    assert await simulator.get(f"/control/conversations/{ANA}", after=0, wait=0.05) == {
        "messages": [],
        "cursor": 0,
        "typing": False,
    }


async def test_a_wrong_token_number_or_path_is_refused(simulator: Simulator) -> None:
    body = {"messaging_product": "whatsapp", "to": ANA, "text": {"body": "x"}}
    assert (await simulator.cloud(body, 401, token=None))["error"]["code"] == 104
    assert (await simulator.cloud(body, 401, token="other"))["error"]["code"] == 190
    wrong = (await simulator.cloud(body, 400, number="1"))["error"]
    assert (wrong["code"], wrong["error_subcode"], wrong["type"]) == (100, 33, "GraphMethodException")
    assert wrong["fbtrace_id"].startswith("A")


async def test_nothing_is_sent_before_the_handshake(tmp_path: Path) -> None:
    async with platform_on() as platform:
        platform.verify_token = "another"
        async with simulator_on(platform.url, tmp_path) as simulator:
            await simulator.writes(ANA, "oi")
            await until(lambda: platform.handshakes > 1)
            assert platform.seen == 0
            assert (await simulator.get("/control/webhooks"))["verification_failure"] == "HTTP 403"
            platform.verify_token = "verify-token"
            await simulator.post("/control/webhooks/verify")
            await until(lambda: len(platform.messages) == 1)


async def test_a_webhook_that_is_not_answered_200_comes_again_and_the_next_waits_for_it(
    platform: Platform, simulator: Simulator
) -> None:
    platform.answers = [503, 500, 401]
    for number in range(5):
        await simulator.writes(ANA, str(number))
    await until(lambda: len(platform.messages) == 5)
    assert [message["text"]["body"] for message in platform.messages] == ["0", "1", "2", "3", "4"]
    assert platform.seen == 8


async def test_a_contact_does_not_wait_for_another(platform: Platform, simulator: Simulator) -> None:
    platform.answers = [500] * 3
    await simulator.writes(ANA, "primeira")
    await until(lambda: platform.seen >= 1)
    platform.answers = [200, *platform.answers]
    await simulator.writes(BRUNO, "segunda")
    await until(lambda: len(platform.messages) == 2)
    assert {message["from"] for message in platform.messages} == {ANA, BRUNO}


async def test_what_waits_is_sent_after_a_restart(tmp_path: Path) -> None:
    async with platform_on() as platform:
        port, url = int(platform.url.split(":")[2].split("/")[0]), platform.url
        async with simulator_on(url, tmp_path) as simulator:
            await simulator.writes(ANA, "antes")
            await until(lambda: len(platform.messages) == 1)
    async with simulator_on(url, tmp_path) as simulator:
        await simulator.writes(ANA, "enquanto a plataforma estava fora")
        await simulator.sends(ANA, "resposta")
    async with platform_on(port) as platform, simulator_on(url, tmp_path):
        await until(lambda: len(platform.messages) == 1 and len(platform.statuses) == 3)
        assert platform.handshakes == 0


async def test_marking_as_read_shows_the_contact(platform: Platform, simulator: Simulator) -> None:
    written = await simulator.writes(ANA, "oi")
    await until(lambda: bool(platform.messages))
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": written["wamid"]}
    assert await simulator.cloud(body | {"typing_indicator": {"type": "text"}}) == {"success": True}
    seen = await simulator.get(f"/control/conversations/{ANA}")
    assert (seen["messages"][0]["status"], seen["typing"]) == ("read", True)
    await simulator.sends(ANA, "Olá")
    assert not (await simulator.get(f"/control/conversations/{ANA}"))["typing"]
    assert (await simulator.cloud(body | {"message_id": "wamid.unknown"}, 400))["error"]["code"] == 131009


async def test_outside_the_window_only_a_template_is_delivered(platform: Platform, simulator: Simulator) -> None:
    await simulator.sends(ANA, "Olá")
    await until(lambda: len(platform.statuses) == 1)
    assert platform.statuses[0]["status"] == "failed"
    assert platform.statuses[0]["errors"][0]["code"] == 131047
    template = {"name": "pedido_enviado", "language": {"code": "pt_BR"}}
    await simulator.cloud({"messaging_product": "whatsapp", "to": ANA, "type": "template", "template": template})
    await until(lambda: len(platform.statuses) == 4)


async def test_refusals_by_fault_do_nothing(platform: Platform, simulator: Simulator) -> None:
    await simulator.misbehaves("rate-limit")
    await simulator.misbehaves("server-error")
    await simulator.misbehaves("reset")
    body = {"messaging_product": "whatsapp", "to": ANA, "text": {"body": "x"}}
    assert (await simulator.cloud(body, 429))["error"]["code"] == 130429
    assert (await simulator.cloud(body, 500))["error"]["code"] == 131000
    with pytest.raises(aiohttp.ClientConnectionError):
        await simulator.cloud(body)
    assert (await simulator.get(f"/control/conversations/{ANA}"))["messages"] == []


@pytest.mark.parametrize("kind", ["reset-after", "timeout-after"])
async def test_an_unclear_send_was_done_and_its_status_says_so(
    kind: str, platform: Platform, simulator: Simulator
) -> None:
    await simulator.writes(ANA, "oi")
    await simulator.misbehaves(kind, seconds=0.1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await simulator.sends(ANA, "Olá", biz_opaque_callback_data="command-1")
    await until(lambda: len(platform.statuses) == 3)
    assert platform.statuses[0]["biz_opaque_callback_data"] == "command-1"


async def test_statuses_can_be_lost_turned_round_and_told_twice(platform: Platform, simulator: Simulator) -> None:
    await simulator.writes(ANA, "oi")
    await simulator.misbehaves("drop-statuses", steps=["delivered"])
    await simulator.misbehaves("reorder-statuses")
    await simulator.misbehaves("duplicate-webhooks")
    await simulator.sends(ANA, "Olá")
    await until(lambda: len(platform.statuses) == 3)
    assert [status["status"] for status in platform.statuses] == ["read", "read", "sent"]


async def test_messages_can_be_lost_and_told_twice(platform: Platform, simulator: Simulator) -> None:
    await simulator.misbehaves("drop-messages")
    lost = await simulator.writes(ANA, "perdida")
    await simulator.misbehaves("duplicate-webhooks")
    told = await simulator.writes(ANA, "repetida")
    await until(lambda: len(platform.messages) == 2)
    assert [message["id"] for message in platform.messages] == [told["wamid"]] * 2
    assert lost["wamid"] != told["wamid"]


async def test_clearing_the_faults_makes_it_behave(platform: Platform, simulator: Simulator) -> None:
    await simulator.misbehaves("server-error", times=None)
    async with simulator.http.delete(simulator.url + "/control/faults") as response:
        assert response.status == 200
    await simulator.writes(ANA, "oi")
    await simulator.sends(ANA, "Olá")


async def test_the_contacts_file_is_read_again_and_who_wrote_is_listed(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "contacts.json"
    async with simulator_on(platform.url, tmp_path / "data", contacts=file) as simulator:
        assert (await simulator.get("/control/contacts"))["contacts"] == []
        file.write_text('[{"wa_id": "5511987650001", "name": "Ana", "pharmacy": "Drogaria Aurora"}]')
        await simulator.writes(BRUNO, "oi", name="Bruno")
        answer = await simulator.get("/control/contacts")
        assert [(contact["wa_id"], contact["pharmacy"]) for contact in answer["contacts"]] == [
            (ANA, "Drogaria Aurora"),
            (BRUNO, None),
        ]
        file.write_text("[{")
        broken = await simulator.get("/control/contacts")
        assert broken["contacts"] == answer["contacts"]
        assert "cannot be read" in broken["problem"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"from": "x", "text": "oi"}, "from"),
        ({"from": ANA}, "either 'text' or 'message'"),
        ({"from": ANA, "text": ""}, "text"),
        ({"from": ANA, "text": "oi", "colour": 1}, "colour"),
        ({"from": ANA, "message": {"type": "image"}}, "type"),
    ],
)
async def test_a_wrong_order_to_write_is_answered_with_a_sentence(
    body: dict[str, object], says: str, simulator: Simulator
) -> None:
    async with simulator.http.post(simulator.url + "/control/messages", json=body) as response:
        assert response.status == 400
        assert says in await response.text()


async def test_another_site_in_the_browser_is_refused(simulator: Simulator) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        async with simulator.http.get(simulator.url + "/control/contacts", headers=headers) as response:
            assert response.status == 403
    async with simulator.http.post(simulator.url + "/control/messages", data="from=1") as response:
        assert response.status == 415


async def test_every_version_of_the_api_and_the_number_itself_answer(simulator: Simulator) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with simulator.http.get(f"{simulator.url}/v19.0/100000000000002", headers=headers) as response:
        assert (await response.json())["display_phone_number"] == "551140042000"


async def test_the_stream_resumes_where_it_stopped_and_a_page_that_leaves_is_no_error(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"{simulator.url}/control/conversations/{ANA}/events"
    await simulator.writes(ANA, "primeira")
    async with simulator.http.get(url) as stream:
        first = await events(stream, 2)
        assert first["hello"] == {"fresh": True}
        assert [message["text"] for message in first["messages"]["messages"]] == ["primeira"]
    await simulator.writes(ANA, "segunda")
    async with simulator.http.get(url, headers={"Last-Event-ID": first["id"]}) as stream:
        again = await events(stream, 2)
        assert again["hello"] == {"fresh": False}
        assert "segunda" in [message["text"] for message in again["messages"]["messages"]]
    async with simulator.http.get(url, headers={"Last-Event-ID": "another-memory:1"}) as stream:
        assert (await events(stream, 1))["hello"] == {"fresh": True}
    for number in range(5):
        await simulator.writes(ANA, str(number))
        await simulator.get(f"/control/conversations/{ANA}")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def events(stream: aiohttp.ClientResponse, count: int) -> dict[str, Any]:
    """The data of the next ``count`` events by name, and the last ``id``."""
    found: dict[str, Any] = {}
    name = ""
    async with asyncio.timeout(60):
        while count or name:
            line = (await stream.content.readline()).decode().strip()
            field, _, value = line.partition(": ")
            if field == "event":
                name, count = value, count - 1
            elif field == "data":
                found[name] = json.loads(value)
            elif field == "id":
                found["id"] = value
            elif not line:
                name = ""
    return found
