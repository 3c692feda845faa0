"""The faults, one function a kind of fault; each returns when what it did is over."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import confluent_kafka
from confluent_kafka import TopicPartition

from runtime.kafka import librdkafka
from tests.faults import disk, slot, stack_faults
from tests.faults.deeds import Deed, Firing, Trigger
from tests.faults.ground import Ground
from tests.faults.names import INDEX, STREAM, WAREHOUSE
from tests.faults.oracle import Letter
from tests.faults.poison import poison
from tests.faults.processes import Worker, Workers
from tests.faults.schedule import Kind, Step

_FIRES_WITHIN = 90.0
_STORM = 4
_FULL = 5.0


@dataclass
class Field:
    """What the faults of a seed act on, and what they leave behind for the oracle.

    ``more`` starts one more process of a station, ``written`` says how many changes the writer has made.
    """

    ground: Ground
    workers: Workers
    triggers: dict[str, Trigger]
    more: Callable[[str], Awaitable[Worker]]
    written: Callable[[], int]
    letters: set[Letter] = field(default_factory=set)
    without_slot_until: int = 0
    swept: int = 0


Strike = Callable[[Field, Step], Awaitable[None]]


def _at_a_write(station: str, deed: Deed, times: int = 1) -> Strike:
    async def strike(on: Field, step: Step) -> None:
        trigger = on.triggers[station]
        for _ in range(times):
            await _fired(trigger.ask(deed))

    return strike


async def _fired(firing: Firing) -> None:
    async with asyncio.timeout(_FIRES_WITHIN):
        await firing.fired.wait()


def _zombie(station: str) -> Strike:
    """Stopped with a write on its way; another process of the group has taken over when the write arrives."""

    async def strike(on: Field, step: Step) -> None:
        firing = on.triggers[station].ask(Deed.HOLD)
        await _fired(firing)
        await asyncio.sleep(stack_faults.STOPPED)
        arrives_first = step.chance % 2
        if arrives_first:
            firing.let_go.set()
            await asyncio.sleep(0.5)
        await on.workers.wake(firing.worker)
        firing.let_go.set()

    return strike


def _killed(program: str) -> Strike:
    async def strike(on: Field, step: Step) -> None:
        await stack_faults.kill(on.ground.stack, program)

    return strike


def _stopped(program: str) -> Strike:
    async def strike(on: Field, step: Step) -> None:
        await stack_faults.stop(on.ground.stack, program)

    return strike


async def _stream_killed(on: Field, step: Step) -> None:
    await on.workers.kill(f"{STREAM}-1")


def _either(warehouse: Strike, index: Strike) -> Strike:
    """One of the destinations, by the step's chance."""

    async def strike(on: Field, step: Step) -> None:
        await (warehouse if step.chance % 2 else index)(on, step)

    return strike


async def _storm(on: Field, step: Step) -> None:
    """Processes come, work for a while and go, told to or killed, while others stay."""
    chance = random.Random(step.chance)
    for _ in range(_STORM):
        extra = await on.more(chance.choice((WAREHOUSE, INDEX)))
        await asyncio.sleep(1 + 2 * chance.random())
        await extra.end(chance.choice((signal.SIGTERM, signal.SIGKILL)))


async def _poisoned(on: Field, step: Step) -> None:
    sample = {
        topic.name: await asyncio.to_thread(_first, on.ground, topic.name)
        for topic in (*on.ground.names.captured, on.ground.names.documents)
    }
    on.letters |= await asyncio.to_thread(poison, on.ground, random.Random(step.chance), sample)


def _first(ground: Ground, topic: str) -> tuple[bytes, bytes]:
    """Key and value of the topic's first record."""
    consumer = confluent_kafka.Consumer({**librdkafka(ground.kafka), "group.id": f"{ground.run}.reader"})
    consumer.assign([TopicPartition(topic, number, 0) for number in (0,)])
    try:
        while True:
            message: Any = consumer.poll(_FIRES_WITHIN)
            if message is None:
                raise TimeoutError(f"{topic} has no record")
            if message.error() is None and message.key() and message.value():
                return message.key(), message.value()
    finally:
        consumer.close()


async def _slot_dropped(on: Field, step: Step) -> None:
    await asyncio.to_thread(slot.drop, on.ground)
    await slot.streaming(on.ground)
    on.without_slot_until = on.written()


async def _disk_full(on: Field, step: Step) -> None:
    home = on.ground.stack.home
    await asyncio.to_thread(disk.fill, home)
    try:
        await asyncio.sleep(_FULL)
    finally:
        disk.free(home)
    await stack_faults.back(on.ground.stack, "bigquery", None)


STRIKES: dict[Kind, Strike] = {
    Kind.WAREHOUSE_SINK_BEFORE: _at_a_write(WAREHOUSE, Deed.KILL_BEFORE),
    Kind.WAREHOUSE_SINK_BETWEEN: _at_a_write(WAREHOUSE, Deed.KILL_BETWEEN),
    Kind.WAREHOUSE_SINK_AFTER: _at_a_write(WAREHOUSE, Deed.KILL_AFTER),
    Kind.INDEX_SINK_BEFORE: _at_a_write(INDEX, Deed.KILL_BEFORE),
    Kind.INDEX_SINK_BETWEEN: _at_a_write(INDEX, Deed.KILL_BETWEEN),
    Kind.INDEX_SINK_AFTER: _at_a_write(INDEX, Deed.KILL_AFTER),
    Kind.STREAM_KILLED: _stream_killed,
    Kind.CONNECT_KILLED: _killed("connect"),
    Kind.BROKER_KILLED: _killed("kafka"),
    Kind.POSTGRES_KILLED: _killed("postgres"),
    Kind.WAREHOUSE_KILLED: _killed("bigquery"),
    Kind.INDEX_KILLED: _killed("qdrant"),
    Kind.WAREHOUSE_SINK_ZOMBIE: _zombie(WAREHOUSE),
    Kind.INDEX_SINK_ZOMBIE: _zombie(INDEX),
    Kind.CONNECT_STOPPED: _stopped("connect"),
    Kind.BROKER_STOPPED: _stopped("kafka"),
    Kind.POSTGRES_STOPPED: _stopped("postgres"),
    Kind.WAREHOUSE_STOPPED: _stopped("bigquery"),
    Kind.INDEX_STOPPED: _stopped("qdrant"),
    Kind.POISON: _poisoned,
    Kind.STORM: _storm,
    Kind.SLOT_DROPPED: _slot_dropped,
    Kind.DISK_FULL: _disk_full,
    Kind.BUSY: _either(_at_a_write(WAREHOUSE, Deed.BUSY, 3), _at_a_write(INDEX, Deed.BUSY, 3)),
    # an append to BigQuery is done whole or not at all
    Kind.PARTIAL: _at_a_write(INDEX, Deed.PARTIAL),
    Kind.TIMEOUT: _either(_at_a_write(WAREHOUSE, Deed.SILENT), _at_a_write(INDEX, Deed.SILENT)),
}
