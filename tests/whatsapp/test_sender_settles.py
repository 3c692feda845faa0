"""The sender against a Cloud API that misbehaves: every command is sent once, and what is unclear is settled."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from runtime.clock import SystemClock
from runtime.records import Batch, Record
from runtime.settings import PlatformSender, load
from schemas.records.conversations import DeliveryUpdate, Reply
from schemas.topics import DELIVERY, REPLY
from sinks.whatsapp.cloud_api import CloudApi
from sinks.whatsapp.sender import Sender
from sinks.whatsapp.statuses import Statuses
from store import send_attempts
from store.pool import pool
from store.send_attempts import Attempt

pytestmark = pytest.mark.broker

UNCLEAR = 1.5


@dataclass
class Misbehaving:
    """Does what ``plan`` says, request by request, then behaves. ``taken`` holds the messages it really took."""

    plan: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def messages(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(body)
        step = self.plan.pop(0) if self.plan else "ok"
        if step == "pair-limit":
            return _error(400, 131056)
        if step == "too-many":
            return _error(429, 130429)
        if step == "never":
            return _error(400, 131026)
        if step == "broken-before":
            return _error(500, 131000)
        self.taken.append(body["biz_opaque_callback_data"])
        if step == "broken-after":
            return _error(500, 131000)
        if step == "silent-after":
            await self.release.wait()
        if step == "reset-after":
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"messages": [{"id": f"wamid.{secrets.token_hex(8)}"}]})


def _error(status: int, code: int) -> web.Response:
    return web.json_response({"error": {"code": code, "message": f"(#{code}) as planned"}}, status=status)


@pytest.fixture
async def cloud() -> AsyncIterator[tuple[Misbehaving, str]]:
    provider = Misbehaving()
    app = web.Application()
    app.router.add_post("/v23.0/{number}/messages", provider.messages)
    async with TestServer(app) as server:
        yield provider, str(server.make_url("/v23.0"))
        provider.release.set()


@pytest.fixture
async def sender(stack: Any, cloud: tuple[Misbehaving, str]) -> AsyncIterator[Sender]:
    api = CloudApi(cloud[1], SecretStr("token"), seconds=0.5)
    dsn = load(PlatformSender).dsn
    made = Sender(pool=pool(dsn, application="test"), api=api, clock=SystemClock(), unclear_seconds=UNCLEAR)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def statuses(stack: Any) -> AsyncIterator[Statuses]:
    made = Statuses(pool=pool(load(PlatformSender).dsn, application="test"))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def reply() -> Reply:
    return Reply(
        command_id=str(uuid4()),
        conversation_id=str(uuid4()),
        turn_id=str(uuid4()),
        phone_number_id="106540352242922",
        contact="5585" + str(secrets.randbelow(10**9)).zfill(9),
        in_reply_to="wamid.in",
        text="Tem sim!",
        flow="product_availability",
        created_at=datetime.now(UTC),
    )


def again(reply: Reply, **changes: Any) -> Reply:
    """Another command like this one."""
    return cast(Reply, {**reply, "command_id": str(uuid4()), **changes})


def record(value: Any) -> Record:
    return Record(0, 0, value["contact"], value, {}, b"", b"")


async def send(sender: Sender, reply: Reply) -> None:
    async with asyncio.timeout(60):
        await sender.handle(REPLY, 0, record(reply))


async def report(statuses: Statuses, reply: Reply, status: str, *, command: str | None = "ours") -> None:
    update = DeliveryUpdate(
        message_id=f"wamid.{reply['command_id']}",
        command_id=reply["command_id"] if command == "ours" else command,
        contact=reply["contact"],
        status=status,  # type: ignore[typeddict-item]
        occurred_at=datetime.now(UTC),
        error_code=None,
        error_title=None,
    )
    await statuses.process(Batch(DELIVERY, 0, [record(update)], 0, 0))


async def attempt(sender: Sender, reply: Reply) -> Attempt:
    async with sender._pool.connection() as connection:
        found = await send_attempts.get(connection, UUID(reply["command_id"]))
    assert found is not None
    return found


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)


async def test_a_command_is_sent_once_however_often_it_comes(
    sender: Sender, cloud: tuple[Misbehaving, str], reply: Reply
) -> None:
    await send(sender, reply)
    await send(sender, reply)
    [request] = cloud[0].requests
    assert request["to"] == reply["contact"]
    assert request["context"] == {"message_id": "wamid.in"}
    assert (await attempt(sender, reply)).state == "sent"


@pytest.mark.parametrize("limit", ["pair-limit", "too-many"])
async def test_rate_limit_is_waited_out(
    sender: Sender, cloud: tuple[Misbehaving, str], reply: Reply, limit: str
) -> None:
    cloud[0].plan = [limit]
    await send(sender, reply)
    assert cloud[0].taken == [reply["command_id"]]
    assert (await attempt(sender, reply)).attempts == 2


async def test_a_limit_of_the_number_holds_other_contacts_a_limit_of_the_pair_does_not(
    sender: Sender, cloud: tuple[Misbehaving, str], reply: Reply
) -> None:
    other = again(reply, contact="5511999990000")
    cloud[0].plan = ["pair-limit"]
    held = asyncio.create_task(send(sender, reply))
    await eventually(lambda: len(cloud[0].requests) == 1)
    await send(sender, other)
    assert cloud[0].taken == [other["command_id"]]
    await held
    cloud[0].plan = ["too-many"]
    cloud[0].taken.clear()
    first, second = again(reply), again(other)
    held = asyncio.create_task(send(sender, first))
    await eventually(lambda: sender._gate._opens_at > 0)
    begun = asyncio.get_running_loop().time()
    await send(sender, second)
    await held
    assert asyncio.get_running_loop().time() - begun > 0.3, "the other contact waited too"
    assert sorted(cloud[0].taken) == sorted([first["command_id"], second["command_id"]])


async def test_a_message_that_can_never_go_fails_and_is_not_tried_again(
    sender: Sender, cloud: tuple[Misbehaving, str], reply: Reply
) -> None:
    cloud[0].plan = ["never"]
    await send(sender, reply)
    await send(sender, reply)
    assert len(cloud[0].requests) == 1
    assert (await attempt(sender, reply)).state == "failed"


@pytest.mark.parametrize("fault", ["broken-after", "silent-after", "reset-after"])
@pytest.mark.parametrize("echoed", ["ours", None])
async def test_unclear_attempt_is_settled_by_its_status_and_not_sent_again(
    sender: Sender,
    statuses: Statuses,
    cloud: tuple[Misbehaving, str],
    reply: Reply,
    fault: str,
    echoed: str | None,
) -> None:
    cloud[0].plan = [fault]
    task = asyncio.create_task(send(sender, reply))
    await eventually(lambda: len(cloud[0].requests) == 1)
    if echoed is None:
        # Without the echo nothing ties the status to the command, so that only the echoed one can settle it
        await report(statuses, reply, "sent", command="somebody else's")
    await report(statuses, reply, "delivered")
    await task
    await asyncio.sleep(0)
    assert cloud[0].taken == [reply["command_id"]]
    settled = await attempt(sender, reply)
    assert (settled.state, settled.delivery) == ("sent", "delivered")


async def test_silence_after_the_grace_lets_it_be_sent_again(
    sender: Sender, cloud: tuple[Misbehaving, str], reply: Reply
) -> None:
    cloud[0].plan = ["broken-before"]
    begun = asyncio.get_running_loop().time()
    await send(sender, reply)
    assert asyncio.get_running_loop().time() - begun >= UNCLEAR
    assert cloud[0].taken == [reply["command_id"]]


async def test_sender_that_died_between_record_and_request_does_not_send_at_once(
    sender: Sender, cloud: tuple[Misbehaving, str], reply: Reply
) -> None:
    async with sender._pool.connection() as connection:
        await send_attempts.begin(
            connection,
            command_id=UUID(reply["command_id"]),
            phone_number_id=reply["phone_number_id"],
            contact=reply["contact"],
            now=datetime.now(UTC),
            unclear_for=timedelta(seconds=UNCLEAR),
        )
    task = asyncio.create_task(send(sender, reply))
    await asyncio.sleep(0.3)
    assert cloud[0].requests == []
    await task
    assert cloud[0].taken == [reply["command_id"]]


async def test_server_that_cannot_be_reached_has_taken_nothing(stack: Any, reply: Reply) -> None:
    api = CloudApi("http://127.0.0.1:1/v23.0", SecretStr("token"), seconds=0.5)
    sender = Sender(
        pool=pool(load(PlatformSender).dsn, application="test"), api=api, clock=SystemClock(), unclear_seconds=60
    )
    await sender.start()
    task = asyncio.create_task(send(sender, reply))
    try:
        await eventually(lambda: sender._gate._opens_at > 0)
        assert (await attempt(sender, reply)).state == "refused"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await sender.stop()


async def test_status_of_a_message_that_is_not_ours_changes_nothing(statuses: Statuses, reply: Reply) -> None:
    await report(statuses, reply, "read")
    await report(statuses, reply, "read", command=None)
    await report(statuses, reply, "read", command="not-a-uuid")
