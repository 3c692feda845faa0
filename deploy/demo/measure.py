"""Measuring the running platform without end: changes and messages, side by side."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from deploy.demo.changes import change_timer
from deploy.demo.conversation import Conversation
from deploy.demo.samples import Samples

_WARM_UP = 2
"""First rounds whose figures are thrown away: they pay for connections, plans and caches."""


@dataclass(slots=True)
class Measurements:
    """What is known so far; ``said`` holds the newest exchanges."""

    samples: Samples = field(default_factory=Samples)
    said: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=4))


async def measure(
    found: Measurements,
    simulator_url: str,
    script: Iterator[tuple[str, str]],
    *,
    done: Callable[[], bool],
    pause: float,
) -> None:
    """Measure until ``done``, pausing ``pause`` seconds after each sample. Raises what a hop raises."""
    async with AsyncExitStack() as stack:
        timer = await stack.enter_async_context(change_timer())
        conversation = await stack.enter_async_context(Conversation(simulator_url))

        async def changes() -> None:
            warm = 0
            while not done():
                timing = await timer.measure()
                warm += 1
                if warm > _WARM_UP:
                    found.samples.add("commit_to_topic_ms", timing.topic)
                    found.samples.add("commit_to_bigquery_ms", timing.bigquery)
                    found.samples.add("commit_to_qdrant_ms", timing.qdrant)
                await asyncio.sleep(pause)

        async def messages() -> None:
            warm = 0
            while not done():
                exchange_of = next(script, None)
                if exchange_of is None:
                    return
                contact, question = exchange_of
                exchange = await conversation.ask(contact, question)
                warm += 1
                if warm > _WARM_UP:
                    found.samples.add("message_to_reply_ms", exchange.milliseconds)
                found.said.append((question, exchange.answer or "(no answer in time)"))
                await asyncio.sleep(pause)

        async with asyncio.TaskGroup() as group:
            group.create_task(changes())
            group.create_task(messages())
