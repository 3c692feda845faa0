"""`make bench`: bring up a stack of its own, measure, write ``bench/results/latest.json``, print it as a table.

``make bench PARTS="history snapshot"`` measures those parts only, and keeps the others' results.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import agents, consume, events, history, hops, snapshot, sustained
from bench.results import Result, save, table
from deploy.local.stack import Stack

_ROOT = Path(__file__).parents[1]
_PORT_BASE = 19000


@dataclass(frozen=True, slots=True)
class Part:
    """What is measured together, in words; ``run`` is given the stack, with the stations running if it needs them.

    The stack's settings are in the environment.
    """

    text: str
    run: Callable[[Stack], Mapping[str, Result]]
    stations: bool = False


PARTS = {
    "consume": Part("consuming with Avro decoding, ours and the peers' (about 4 minutes)", lambda _: consume.run()),
    "events": Part("captured changes into domain events, ours and a peer's (about 2 minutes)", lambda _: events.run()),
    "history": Part(
        "history from a topic to AppendRows, ours, a bare loop and a peer (about 2 minutes)", lambda _: history.run()
    ),
    "snapshot": Part("a large table's snapshot until it can be queried (about 3 minutes)", lambda _: snapshot.run()),
    "hops": Part(
        "hops under load (about 2 minutes)",
        lambda stack: hops.run(os.environ, stack.layout().url("simulator")),
        stations=True,
    ),
    "sustained": Part(
        "one change on an idle stack, then 500 changes a second for five minutes (about 8 minutes)",
        lambda stack: sustained.run(stack, os.environ),
        stations=True,
    ),
    # Last: it stops the stations.
    "agents": Part(
        "conversations on one core (about a minute)", lambda stack: agents.run(stack, os.environ), stations=True
    ),
}
"""In the order in which they run: first those for which the stations would be in the way."""


def main(names: Sequence[str]) -> int:
    """Measures the parts of those names, all without names. Returns 0 when every target was met, 2 for a wrong name."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    if unknown := [name for name in names if name not in PARTS]:
        console.print(f"There is no part {unknown[0]!r}; there are: {', '.join(PARTS)}.")
        return 2
    results: dict[str, Result] = {}
    stack = Stack(_ROOT / ".local" / "bench", port_base=_PORT_BASE)
    chosen = [part for name, part in PARTS.items() if not names or name in names]
    stations = False
    stack.clean()
    try:
        stack.up(stations=False)
        os.environ.update(stack.environment())
        for part in chosen:
            if part.stations and not stations:
                stack.up(stations=True)
                stations = True
            console.print(part.text)
            results.update(part.run(stack))
    finally:
        stack.down()
    save(results, day=datetime.now(UTC).date(), keep=bool(names))
    console.print(table(results))
    return 0 if all(result.met is not False for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
