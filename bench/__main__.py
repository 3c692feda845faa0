"""`make bench`: bring up a stack of its own, measure, write ``bench/results/latest.json``, print it as a table."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import agents, consume, events, history, hops, sustained
from bench.results import Result, save, table
from deploy.local.stack import Stack

_ROOT = Path(__file__).parents[1]
_PORT_BASE = 19000


def main() -> int:
    """Returns 0 when every target was met."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    stack = Stack(_ROOT / ".local" / "bench", port_base=_PORT_BASE)
    results: dict[str, Result] = {}
    stack.clean()
    try:
        stack.up(stations=False)
        os.environ.update(stack.environment())
        console.print("consuming with Avro decoding, ours and the peers' (about 4 minutes)")
        results.update(consume.run())
        console.print("captured changes into domain events, ours and a peer's (about 2 minutes)")
        results.update(events.run())
        console.print("history from a topic to AppendRows, ours and a bare loop (about a minute)")
        results.update(history.run())
        stack.up(stations=True)
        console.print("hops under load (about 2 minutes)")
        results.update(hops.run({**os.environ, **stack.environment()}, stack.layout().url("simulator")))
        console.print("one change on an idle stack, then 500 changes a second for five minutes (about 8 minutes)")
        results.update(sustained.run(stack, {**os.environ, **stack.environment()}))
        console.print("conversations on one core (under a minute)")
        results.update(agents.run({**os.environ, **stack.environment()}))
    finally:
        stack.down()
    save(results, day=datetime.now(UTC).date())
    console.print(table(results))
    return 0 if all(result.met is not False for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
