"""At most one message a command, although the channel takes any number."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from schemas.records.conversations import DeliveryStatus
from store import send_attempts
from store.send_attempts import Attempt, Decision

pytestmark = pytest.mark.broker

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PATIENCE = timedelta(minutes=2)


async def begin(connection: AsyncConnection[Any], command: UUID, *, later: timedelta = timedelta()) -> Decision:
    return await send_attempts.begin(
        connection, command_id=command, phone_number_id="100", contact="5511", now=NOW + later, unclear_for=PATIENCE
    )


async def reported(connection: AsyncConnection[Any], command: UUID, status: DeliveryStatus, **others: Any) -> bool:
    others.setdefault("command_id", command)
    return await send_attempts.delivered_to(
        connection, provider_message_id=f"wamid.{command}", status=status, occurred_at=NOW, **others
    )


async def now(connection: AsyncConnection[Any], command: UUID) -> Attempt:
    attempt = await send_attempts.get(connection, command)
    assert attempt is not None
    return attempt


async def test_a_command_that_was_sent_is_done(sender: AsyncConnection[Any]) -> None:
    command = uuid4()
    assert await begin(sender, command) is Decision.SEND
    await send_attempts.sent(sender, command, provider_message_id=f"wamid.{command}", now=NOW)
    assert await begin(sender, command) is Decision.DONE
    assert (await now(sender, command)).state == "sent"


async def test_a_sender_that_died_is_not_repeated_at_once(sender: AsyncConnection[Any]) -> None:
    command = uuid4()
    await begin(sender, command)
    assert await begin(sender, command, later=timedelta(seconds=5)) is Decision.WAIT
    assert (await now(sender, command)).attempts == 1
    assert await begin(sender, command, later=PATIENCE) is Decision.SEND
    assert (await now(sender, command)).attempts == 2


async def test_the_channels_word_settles_what_was_unclear(sender: AsyncConnection[Any]) -> None:
    command = uuid4()
    await begin(sender, command)
    await send_attempts.unclear(sender, command, error_title="timeout")
    assert command in {attempt.command_id for attempt in await send_attempts.unsettled(sender, before=NOW + PATIENCE)}
    assert await reported(sender, command, "delivered")
    assert await begin(sender, command, later=PATIENCE) is Decision.DONE
    settled = await now(sender, command)
    assert (settled.state, settled.delivery, settled.provider_message_id) == ("sent", "delivered", f"wamid.{command}")


async def test_a_refused_command_may_be_tried_again_and_a_failed_one_not(sender: AsyncConnection[Any]) -> None:
    refused, failed = uuid4(), uuid4()
    await begin(sender, refused)
    await send_attempts.refused(sender, refused, error_code=130429, error_title="Rate limit hit")
    assert await begin(sender, refused) is Decision.SEND
    await begin(sender, failed)
    await send_attempts.failed(sender, failed, error_code=131026, error_title="Undeliverable", now=NOW)
    assert await begin(sender, failed, later=PATIENCE) is Decision.DONE


async def test_a_late_answer_does_not_undo_what_the_channel_said(sender: AsyncConnection[Any]) -> None:
    command = uuid4()
    await begin(sender, command)
    assert await reported(sender, command, "read")
    await send_attempts.unclear(sender, command, error_title="timeout")
    await send_attempts.refused(sender, command, error_code=1, error_title="late")
    assert ((await now(sender, command)).state, (await now(sender, command)).delivery) == ("sent", "read")


async def test_a_message_is_found_by_the_channels_id_alone(sender: AsyncConnection[Any]) -> None:
    command = uuid4()
    await begin(sender, command)
    await send_attempts.sent(sender, command, provider_message_id=f"wamid.{command}", now=NOW)
    assert await reported(sender, command, "read", command_id=None)
    assert (await now(sender, command)).delivery == "read"


async def test_a_message_that_is_not_ours_is_said_so(sender: AsyncConnection[Any]) -> None:
    assert not await reported(sender, uuid4(), "sent")


STEPS: list[DeliveryStatus] = ["sent", "delivered", "read", "failed"]
HEIGHT = {"sent": 1, "delivered": 2, "failed": 3, "read": 4}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=6))
async def test_steps_only_go_forward_in_whatever_order_they_come(
    sender: AsyncConnection[Any], steps: list[DeliveryStatus]
) -> None:
    command = uuid4()
    await begin(sender, command)
    for step in steps:
        await reported(sender, command, step)
    furthest = max(steps, key=lambda step: HEIGHT[step])
    found = await now(sender, command)
    assert found.delivery == furthest
    assert found.state == ("failed" if furthest == "failed" else "sent")
