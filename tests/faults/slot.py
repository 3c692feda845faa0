"""The replication slot taken away under the connector, and what must come after it."""

import asyncio
import time

import psycopg

from deploy.local.postgres import SUPERUSER
from streams.changes import SNAPSHOT
from tests.faults import gather
from tests.faults.facts import Facts
from tests.faults.ground import Ground

_LIMIT = 90.0


def drop(ground: Ground) -> None:
    """Drops the slot, as somebody who cleans up would: its reader is sent away first. Blocks. ``TimeoutError``."""
    until = time.monotonic() + _LIMIT
    with psycopg.connect(ground.stack.layout().dsn(SUPERUSER, ground.run), autocommit=True) as connection:
        while time.monotonic() < until:
            connection.execute(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                " WHERE slot_name = %s AND active_pid IS NOT NULL",
                [ground.run],
            )
            done = connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                " WHERE slot_name = %s AND NOT active",
                [ground.run],
            ).fetchall()
            if done:
                return
            time.sleep(0.01)
    raise TimeoutError("the slot could not be dropped")


def lost(facts: Facts, written: int) -> range:
    """The changes that may have no event of their own: after the last one that was streamed before the new snapshot, up
    to the last one written when the connector had a slot again.
    """
    events = [event for event in facts.topic.values() if event is not None]
    snapshot = min((event.lsn for event in events if event.op == SNAPSHOT), default=None)
    if snapshot is None:
        return range(0)
    before = [event.number or 0 for event in events if event.op != SNAPSHOT and event.lsn < snapshot]
    return range(max(before, default=0) + 1, written + 1)


async def streaming(ground: Ground) -> None:
    """Returns when the connector reads from a slot again."""
    until = time.monotonic() + _LIMIT
    while await asyncio.to_thread(gather.captured_up_to, ground) < 0:
        if time.monotonic() > until:
            raise TimeoutError("the connector has no slot again")
        await asyncio.sleep(0.2)
