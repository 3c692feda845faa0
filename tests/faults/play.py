"""Playing one seed on a running stack: the writer, the stations, the faults, the watch, and the oracle at the end."""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
from confluent_kafka import KafkaException

from deploy.local.stack import Stack
from tests.faults import gather, oracle, slot
from tests.faults.changes import Change, changes
from tests.faults.deeds import Trigger
from tests.faults.facts import Facts
from tests.faults.ground import Ground, template
from tests.faults.grpc_proxy import GrpcProxy
from tests.faults.http_proxy import HttpProxy, index_writes
from tests.faults.names import INDEX, STATIONS, STREAM, WAREHOUSE
from tests.faults.processes import Worker, Workers
from tests.faults.schedule import READY, Kind, Schedule, Step
from tests.faults.stack_faults import SESSION
from tests.faults.strike import STRIKES, Field
from tests.faults.sweep import sweep
from tests.faults.watch import Watch
from tests.faults.writer import Writer

_SETTLES_WITHIN = 180.0
_TWO = (Kind.WAREHOUSE_SINK_ZOMBIE, Kind.INDEX_SINK_ZOMBIE)


@dataclass
class Played:
    """What became of a seed. ``wrong`` is empty when all held."""

    seed: int
    schedule: tuple[str, ...]
    kinds: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)


async def play(stack: Stack, schedule: Schedule, logs: Path, tell: Callable[[str], None] = lambda _: None) -> Played:
    """Plays it, and tells what it is at; blocks for half a minute or more. Raises when the ground cannot be made."""
    began = time.monotonic()
    tell("making the ground")
    await asyncio.to_thread(template, stack)
    run = f"faults_{schedule.seed}_{uuid4().hex[:6]}"
    played = Played(schedule.seed, tuple(schedule.lines), tuple(step.kind.name for step in schedule.steps))
    async with Ground(stack, run) as ground, _stations(ground, schedule, logs) as on:
        # the stations start meanwhile
        await ground.capture()
        made = changes(schedule.seed, schedule.changes)
        watch = Watch(ground.names.captured, ground.bigquery, ground.index, ground.qdrant.collection)
        watching = asyncio.create_task(watch.run())
        writer = Writer(ground.dsn("marketplace_writer"))
        on.written = lambda: writer.done
        tell("writing")
        try:
            try:
                await _write(writer, made, schedule, on, tell)
                tell("settling")
                await _settled(ground)
                if on.without_slot_until:
                    tell("sweeping")
                    on.swept = await sweep(ground)
                    await _settled(ground)
                tell("judging")
            except Exception as error:  # noqa: BLE001 - whatever ends a seed is what it failed of
                played.wrong = (f"it did not come to its end: {type(error).__name__}: {error}",)
            else:
                facts = await gather.everything(ground)
                facts.back = watch.back or ([] if watch.looks else ["nobody looked from the side"])
                group = ground.names.group(WAREHOUSE)
                lost = slot.lost(facts, on.without_slot_until) if on.without_slot_until else range(0)
                played.wrong = tuple(oracle.judge(facts, made, on.letters, group, lost=lost))
                played.counts = _counts(facts, made, writer, on, watch)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            tell("leaving")
    played.seconds = time.monotonic() - began
    return played


async def _write(
    writer: Writer, made: Sequence[Change], schedule: Schedule, on: Field, tell: Callable[[str], None]
) -> None:
    """Writes; each fault strikes after its change, and the writer waits at the end of the fault's time for it."""
    striking: dict[Step, asyncio.Task[None]] = {}

    async def reached(number: int) -> None:
        if number == READY:
            # before everybody works, a fault strikes nothing
            await _settled(on.ground)
        for step in schedule.steps:
            if step.at == number:
                tell(str(step.kind))
                striking[step] = asyncio.ensure_future(STRIKES[step.kind](on, step))
            if step.until == number:
                await striking.pop(step)

    try:
        await writer.write(made, reached)
    finally:
        for task in striking.values():
            task.cancel()
        await asyncio.gather(*striking.values(), return_exceptions=True)


@asynccontextmanager
async def _stations(ground: Ground, schedule: Schedule, logs: Path) -> AsyncIterator[Field]:
    environment = {
        **os.environ,
        "BALCAO_RUNTIME_SESSION_SECONDS": str(SESSION),
        "BALCAO_MARKETPLACE_READER_DSN": ground.dsn("marketplace_reader"),
        "BALCAO_BIGQUERY_DATASET": ground.bigquery.dataset,
        "BALCAO_QDRANT_COLLECTION": ground.qdrant.collection,
    }
    workers = Workers(ground.run, environment, logs)
    triggers = {station: Trigger(workers.kill, workers.stop) for station in STATIONS}
    numbers = itertools.count(1)
    async with AsyncExitStack() as leaving:

        async def more(station: str) -> Worker:
            number = 1 if station == STREAM else next(numbers)
            worker = f"{station}-{number}"
            extra: dict[str, str] = {}
            if station == WAREHOUSE:
                grpc = GrpcProxy(worker, triggers[station], ground.bigquery.grpc_endpoint or "")
                extra["BALCAO_BIGQUERY_GRPC_ENDPOINT"] = f"127.0.0.1:{await grpc.start()}"
                leaving.push_async_callback(grpc.stop)
            if station == INDEX:
                proxy = HttpProxy(worker, triggers[station], ground.qdrant.url, index_writes)
                extra["BALCAO_QDRANT_URL"] = f"http://127.0.0.1:{await proxy.start()}"
                leaving.push_async_callback(proxy.stop)
            return workers.start(station, number, extra)

        leaving.push_async_callback(workers.end)
        for station in STATIONS:
            await more(station)
        if schedule.has(Kind.WAREHOUSE_SINK_ZOMBIE):
            await more(WAREHOUSE)
        if schedule.has(Kind.INDEX_SINK_ZOMBIE):
            await more(INDEX)
        yield Field(ground, workers, triggers, more, lambda: 0)


async def _settled(ground: Ground) -> None:
    """Returns when nothing is on its way any more, by measure. Raises ``TimeoutError`` saying where something is.

    The slot's confirmed position passes the log's end only after the broker has everything before it; then the topics
    do not grow any more, and what each group committed can be compared with their ends.
    """
    end = await asyncio.to_thread(gather.written_up_to, ground)
    until = time.monotonic() + _SETTLES_WITHIN
    while True:
        try:
            where = await asyncio.to_thread(_behind, ground, end)
        except (KafkaException, psycopg.OperationalError) as error:
            where = f"a server that was just killed does not answer yet: {error}"
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


def _counts(facts: Facts, made: Sequence[Change], writer: Writer, on: Field, watch: Watch) -> dict[str, int]:
    events = [event for event in facts.topic.values() if event is not None]
    different = {(event.key, event.lsn, event.op) for event in events}
    return {
        "changes": len(made),
        "events": len(facts.topic),
        "events_repeated_by_the_connector": len(events) - len(different),
        "history_rows": len(facts.history),
        "dead_letters": len(facts.letters),
        "commits_in_doubt": writer.doubts,
        "process_starts": sum(worker.starts for worker in on.workers.all.values()),
        "deleted_unheard_and_swept": on.swept,
        "looks_from_the_side": watch.looks,
    }
