"""The webhook over HTTP against the real broker: what is answered, and what is in the topics when it is."""

import io
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from connectors.whatsapp.intake import Intake
from connectors.whatsapp.server import Broker, application
from connectors.whatsapp.signature import HEADER, sign
from connectors.whatsapp.webhook import PATH, Webhook
from runtime.clock import SystemClock
from runtime.codec import Decoder, Encoder
from runtime.dead_letter import read
from runtime.producer import Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, WebhookSettings, load
from schemas.topics import DELIVERY, INBOUND

pytestmark = pytest.mark.broker

SECRET = "app-secret-of-the-test"
SETTINGS = WebhookSettings(port=1, verify_token=SecretStr("verify-me"), app_secret=SecretStr(SECRET))


@pytest.fixture
async def client(stack: Any) -> AsyncIterator[TestClient[Any, Any]]:
    app = await application(SETTINGS, load(KafkaSettings), load(RegistrySettings))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def registry(stack: Any) -> Iterator[Registry]:
    made = Registry(load(RegistrySettings))
    yield made
    made.close()


@pytest.fixture
def contact() -> str:
    return "5585" + str(secrets.randbelow(10**9)).zfill(9)


def payload(contact: str, *texts: str, status: str | None = None) -> bytes:
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": "106540352242922"},
        "messages": [
            {
                "from": contact,
                "id": f"wamid.{secrets.token_hex(8)}",
                "timestamp": "1795262399",
                "type": "text",
                "text": {"body": text},
            }
            for text in texts
        ],
    }
    if status:
        value["statuses"] = [{"id": "wamid.out", "status": status, "timestamp": "1795262399", "recipient_id": contact}]
    return orjson.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]})


async def post(client: TestClient[Any, Any], body: bytes, signature: str | None = None) -> int:
    headers = {HEADER: sign(SECRET.encode(), body) if signature is None else signature}
    response = await client.post(PATH, data=io.BytesIO(body), headers=headers)
    return response.status


async def test_verification_gives_the_challenge_back_to_who_knows_the_token(client: TestClient[Any, Any]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    response = await client.get(PATH, params=asked)
    assert (response.status, await response.text()) == (200, "1158201444")
    for wrong in ({"hub.verify_token": "no"}, {"hub.mode": "unsubscribe"}, {"hub.verify_token": "ç"}):
        assert (await client.get(PATH, params={**asked, **wrong})).status == 403
    assert (await client.get(PATH)).status == 403


async def test_200_means_that_the_broker_has_every_part(
    client: TestClient[Any, Any], contact: str, registry: Registry, tail: Callable[[str], Any]
) -> None:
    inbound, delivery = tail(INBOUND.name), tail(DELIVERY.name)
    assert await post(client, payload(contact, "um", "dois", status="read")) == 200
    decoder = Decoder(registry)
    key = contact.encode()
    texts = [decoder.decode(inbound.until(lambda m: m.key() == key).value())["text"] for _ in range(2)]
    assert texts == ["um", "dois"]
    update = decoder.decode(delivery.until(lambda m: m.key() == key).value())
    assert (update["status"], update["command_id"]) == ("read", None)


@pytest.mark.parametrize("signature", ["", "sha256=" + "0" * 64, "sha256=ç"])
async def test_wrong_signature_is_401_and_produces_nothing(
    client: TestClient[Any, Any], contact: str, tail: Callable[[str], Any], signature: str
) -> None:
    inbound, letters = tail(INBOUND.name), tail(INBOUND.dead_letter)
    forged = payload(contact, "forjada")
    assert await post(client, forged, signature=signature.encode().decode("latin-1")) == 401
    assert contact.encode() not in dict(inbound.seen())
    assert forged not in dict(letters.seen(seconds=0.3)).values()


async def test_missing_signature_is_401(client: TestClient[Any, Any], contact: str) -> None:
    assert (await client.post(PATH, data=payload(contact, "oi"))).status == 401


@pytest.mark.parametrize(("body", "cause"), [(b"{nonsense", "not-json"), (b'{"a": 1}', "not-a-payload")])
async def test_signed_garbage_is_kept_whole_with_its_cause(
    client: TestClient[Any, Any], tail: Callable[[str], Any], body: bytes, cause: str
) -> None:
    body += b" " + secrets.token_hex(8).encode() if cause == "not-json" else b" " * secrets.randbelow(500)
    letters = tail(INBOUND.dead_letter)
    assert await post(client, body) == 200
    letter = letters.until(lambda m: m.value() == body)
    said = read(dict(letter.headers()))
    assert (said.cause, said.topic, said.group) == (cause, INBOUND.name, "connectors.whatsapp")
    assert letter.key()


async def test_bad_message_is_kept_beside_the_good_ones(
    client: TestClient[Any, Any], contact: str, tail: Callable[[str], Any]
) -> None:
    document = orjson.loads(payload(contact, "bom"))
    document["entry"][0]["changes"][0]["value"]["messages"].append({"from": contact, "type": "text"})
    inbound, letters = tail(INBOUND.name), tail(INBOUND.dead_letter)
    assert await post(client, orjson.dumps(document)) == 200
    inbound.until(lambda m: m.key() == contact.encode())
    letter = letters.until(lambda m: m.key() == contact.encode())
    assert orjson.loads(letter.value()) == {"from": contact, "type": "text"}


async def test_unreachable_broker_is_503_so_that_meta_sends_it_again(
    stack: Any, registry: Registry, contact: str
) -> None:
    encoder = Encoder(registry)
    encoder.prepare(INBOUND, DELIVERY)
    nowhere = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    producer = Producer(nowhere, client_id="nowhere")
    webhook = Webhook(
        SETTINGS,
        Intake(encoder, producer),
        clock=SystemClock(),
        reachable=Broker(nowhere).reachable,
        confirm_seconds=0.5,
    )
    async with TestClient(TestServer(webhook.application())) as client:
        assert await post(client, payload(contact, "oi")) == 503
        assert (await client.get("/readyz")).status == 503
        assert (await client.get("/healthz")).status == 200
    # What was queued would be waited for; nothing can take it
    producer._client.purge()
    await producer.close()


async def test_ready_when_the_broker_answers(client: TestClient[Any, Any]) -> None:
    assert (await client.get("/readyz")).status == 200


async def test_body_above_the_limit_is_refused(client: TestClient[Any, Any]) -> None:
    assert await post(client, b" " * (3 * 1024 * 1024 + 1)) == 413
    assert await post(client, b"{" * 1_000_000) == 413, "garbage that no record can hold is not acknowledged"
