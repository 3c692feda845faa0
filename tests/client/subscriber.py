"""Another team's program, run with the installed package alone; says what it does as lines of JSON.

``read GROUP SOURCE FILE COUNT [kill|fail AT]`` handles events of ``SOURCE`` until ``FILE`` holds ``COUNT`` ids, and at
the ``AT``-th it handles, ends without a word (``kill``) or raises (``fail``). ``replay SOURCE START [END]``.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path

from balcao_events import Config, Consumer, Position, Received, consume, replay, topics
from balcao_events.records.catalog import PriceChanged


class HandlerError(Exception):
    """The handler's own."""


class Effects:
    """Ids in a file, written by the handler itself: the effect and the memory of it are one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ids(self) -> list[str]:
        """Every effect, also one that happened twice."""
        return self.path.read_text().split() if self.path.exists() else []

    def has(self, event_id: str, position: Position) -> bool:
        """As ``Seen``; says what is kept away."""
        known = event_id in self.ids()
        if known:
            say("dropped", event_id, position)
        return known

    def add(self, event_id: str, position: Position) -> None:
        """The handler wrote it already."""

    def happen(self, event_id: str) -> None:
        """The effect."""
        with self.path.open("a") as file:
            file.write(f"{event_id}\n")


def say(what: str, event_id: str, position: Position) -> None:
    """One line."""
    line = {"what": what, "id": event_id, "partition": position.partition, "offset": position.offset}
    tell(line)


def tell(document: Mapping[str, object]) -> None:
    """A line, at once."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def config() -> Config:
    """From the environment; a killed member is missed after 6 s instead of 45."""
    return changed(Config.from_environment(), options={"session.timeout.ms": 6_000})


def read(group: str, source: str, file: str, count: str, how: str = "", at: str = "0") -> None:
    """Handles each event once."""
    effects = Effects(Path(file))
    with Consumer(topics.PRICE_CHANGED, group=group, config=config(), deduplicate=effects) as consumer:
        handled = 0
        for received in consumer:
            if received.event.source != source:
                continue
            handled += 1
            if how == "fail" and handled == int(at):
                say("failed", received.event.id, received.position)
                raise HandlerError
            effects.happen(received.event.id)
            say("handled", received.event.id, received.position)
            if how == "kill" and handled == int(at):
                os.kill(os.getpid(), signal.SIGKILL)
            if len(effects.ids()) >= int(count):
                consumer.stop()


def first(group: str, source: str) -> None:
    """One event, typed, as the README shows it."""
    for event in consume(topics.PRICE_CHANGED, group=group, config=config()):
        if event.source == source:
            tell(shown(event))
            return


def shown(event: PriceChanged) -> dict[str, str]:
    """Its fields with their types."""
    return {name: repr(getattr(event, name)) for name in ("id", "time", "before", "after", "minimum_quantity")}


def again(source: str, start: str, end: str | None = None) -> None:
    """What was published between two times."""
    until = datetime.fromisoformat(end) if end else None
    found: list[Received[PriceChanged]] = list(replay(topics.PRICE_CHANGED, datetime.fromisoformat(start), until))
    for received in found:
        if received.event.source == source:
            say("replayed", received.event.id, received.position)


if __name__ == "__main__":
    programs: dict[str, Callable[..., None]] = {"read": read, "first": first, "replay": again}
    programs[sys.argv[1]](*sys.argv[2:])
    ours = {"schemas", "runtime", "store", "streams", "deploy"} & set(sys.modules)
    assert not ours, f"the package imports {ours}"
