"""Killing any one process brings it back, and the flow goes on."""

import os
import signal
import time

import pytest

from deploy.demo.changes import change_timer
from deploy.demo.conversation import Conversation
from deploy.local.programs import PROGRAMS
from deploy.local.stack import Stack
from runtime.errors import UserError
from store.probes import Writer

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

LIMIT = 90


def wait_back(stack: Stack, program: str, before: int) -> None:
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        try:
            if stack.pid(program) != before and stack.healthy(program) is None:
                return
        except UserError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{program} was not back and healthy within {LIMIT} s: {stack.healthy(program)}")


@pytest.mark.parametrize("program", [name for name, found in PROGRAMS.items() if found.automatic])
async def test_the_flow_goes_on_after_a_kill(
    platform: Stack, program: str, conversation: Conversation, pharmacist: Writer
) -> None:
    before = platform.pid(program)
    os.kill(before, signal.SIGKILL)
    wait_back(platform, program, before)
    async with change_timer(limit=LIMIT) as timer:
        timing = await timer.measure()
    assert None not in (timing.topic, timing.bigquery, timing.qdrant), timing
    exchange = await conversation.ask(pharmacist.wa_id, "bom dia", timeout=LIMIT)
    assert exchange.answer is not None
