"""What the schedule does to the programs of the stack: kills them, stops them past every session, wakes them."""

import asyncio
import os
import signal
import time

import psutil

from deploy.local.stack import Stack
from runtime.errors import UserError

SESSION = 6.0
"""Seconds: the session of the seed's groups, and of Connect's."""
STOPPED = SESSION + 2.0
_LIMIT = 150.0


async def kill(stack: Stack, program: str) -> None:
    """``kill -9``; returns when supervisord has it back and it is healthy."""
    before = await asyncio.to_thread(stack.pid, program)
    os.kill(before, signal.SIGKILL)
    await back(stack, program, before)


async def stop(stack: Stack, program: str) -> None:
    """Stops all processes of the program past the session, and wakes them."""
    tree = await asyncio.to_thread(_tree, stack, program)
    _send(tree, signal.SIGSTOP)
    try:
        await asyncio.sleep(STOPPED)
    finally:
        _send(tree, signal.SIGCONT)
    await back(stack, program, None)


async def back(stack: Stack, program: str, before: int | None) -> None:
    """Returns when the program is healthy and not the process that was killed. Raises ``TimeoutError``."""
    until = time.monotonic() + _LIMIT
    while time.monotonic() < until:
        try:
            another = await asyncio.to_thread(stack.pid, program) != before
            if another and await asyncio.to_thread(stack.healthy, program) is None:
                return
        except UserError:
            pass
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{program} is not back after {_LIMIT:.0f} s")


def _tree(stack: Stack, program: str) -> list[psutil.Process]:
    process = psutil.Process(stack.pid(program))
    return [process, *process.children(recursive=True)]


def _send(tree: list[psutil.Process], number: signal.Signals) -> None:
    for process in tree:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
