"""Playing one seed on a running stack: the writer, the stations, the faults, the watch, and the oracle at the end."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from deploy.local.stack import Stack
from tests.faults import gather, oracle, slot
from tests.faults.changes import Change, changes
from tests.faults.facts import Facts
from tests.faults.ground import Ground, template
from tests.faults.names import WAREHOUSE
from tests.faults.nursery import Nursery
from tests.faults.schedule import READY, Schedule, Step
from tests.faults.settle import settled
from tests.faults.stations import stations
from tests.faults.strike import STRIKES, Field
from tests.faults.sweep import sweep
from tests.faults.watch import Watch
from tests.faults.writer import Writer


@dataclass
class Played:
    """What became of a seed. ``wrong`` is empty when all held."""

    seed: int
    schedule: tuple[str, ...]
    kinds: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)


async def play(
    stack: Stack, schedule: Schedule, logs: Path, nursery: Nursery, tell: Callable[[str], None] = lambda _: None
) -> Played:
    """Plays it, and tells what it is at; blocks for half a minute or more. Raises when the ground cannot be made."""
    began = time.monotonic()
    tell("making the ground")
    await asyncio.to_thread(template, stack)
    run = f"faults_{schedule.seed}_{uuid4().hex[:6]}"
    played = Played(schedule.seed, tuple(schedule.lines), tuple(step.kind.name for step in schedule.steps))
    async with Ground(stack, run) as ground, stations(ground, schedule, logs, nursery) as on:
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
                await settled(ground)
                if on.without_slot_until:
                    tell("sweeping")
                    on.swept = await sweep(ground)
                    await settled(ground)
                tell("judging")
                facts = await gather.everything(ground)
                facts.back = watch.back or ([] if watch.looks else ["nobody looked from the side"])
                group = ground.names.group(WAREHOUSE)
                lost = slot.lost(facts, on.without_slot_until) if on.without_slot_until else range(0)
                played.wrong = tuple(oracle.judge(facts, made, on.letters, group, lost=lost))
                played.counts = _counts(facts, made, writer, on, watch)
            except Exception as error:  # noqa: BLE001 - whatever ends a seed is what it failed of
                played.wrong = (f"it did not come to its end: {type(error).__name__}: {error}",)
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
            await settled(on.ground)
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
