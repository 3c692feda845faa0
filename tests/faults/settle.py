"""When nothing is on its way any more: measured, not waited for."""

import asyncio
import contextlib
import time

import psycopg
from confluent_kafka import KafkaException

from tests.faults import gather
from tests.faults.ground import Ground
from tests.faults.names import INDEX, STREAM, WAREHOUSE

_WITHIN = 180.0


async def settled(ground: Ground) -> None:
    """Returns when all that was written until now is everywhere. Raises ``TimeoutError`` saying where something is.

    The slot's confirmed position passes the log's end only after the broker has everything before it; then the topics
    do not grow any more, and what each group committed can be compared with their ends.
    """
    end = await asyncio.to_thread(gather.written_up_to, ground)
    until = time.monotonic() + _WITHIN
    while True:
        try:
            where = await asyncio.to_thread(_behind, ground, end)
        except (KafkaException, psycopg.OperationalError) as error:
            where = f"a server that was just killed does not answer yet: {error}"
            with contextlib.suppress(KafkaException):
                # what leads what is learnt anew
                await asyncio.to_thread(ground.admin.list_topics, timeout=10)
        if where is None:
            return
        if time.monotonic() > until:
            raise TimeoutError(where)
        await asyncio.sleep(0.2)


def _behind(ground: Ground, end: int) -> str | None:
    """Where something is on its way, in the order in which it goes."""
    at = gather.captured_up_to(ground)
    if at < end:
        return f"the slot has confirmed {at} of {end}"
    captured = ground.names.captured
    for station, topics in ((STREAM, captured), (INDEX, (ground.names.documents,)), (WAREHOUSE, captured)):
        wanted, have = gather.ends(ground, topics), gather.committed(ground, ground.names.group(station), topics)
        behind = {place: (have[place], last) for place, last in wanted.items() if have[place] < last}
        if behind:
            return f"{station} has committed, and there is: {behind}"
    return None
