"""``python -m tests.faults [SEEDS [FIRST]]``: plays that many seeds on a stack of its own; exit code 1 when one fails.

A line a seed. The results go to ``tests/faults/results.json`` and make ``docs/guarantees.md``.
"""

import asyncio
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog

from deploy.local.home import CHECKOUT
from deploy.local.stack import Stack
from runtime.errors import UserError
from tests.faults import disk, page, results
from tests.faults.nursery import Nursery
from tests.faults.play import Played, play
from tests.faults.schedule import schedule

_PORT_BASE = 29_000
_LEFT_OUT = ("simulator", "mender")


def main(count: int, first: int) -> int:
    """The exit code."""
    home = Path(os.environ.get("BALCAO_FAULTS_HOME", CHECKOUT / ".local" / "faults"))
    base = int(os.environ.get("BALCAO_FAULTS_PORT_BASE", _PORT_BASE))
    # the connectors' mender and the clients tell the terminal nothing
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    stack = Stack(home, port_base=base)
    stack.home.create()
    stack.down()
    at, day = results.commit(), datetime.now(UTC).date().isoformat()
    played: list[Played] = []
    with disk.small(stack.home), Nursery() as nursery:
        try:
            stack.up(stations=False, bootstrapped=False, without=_LEFT_OUT)
            os.environ.update(stack.environment())
            for seed in range(first, first + count):
                played.append(_one(stack, seed, nursery))
        finally:
            stack.down()
            if played:
                results.keep(played, at=at, day=day)
                results.PAGE.write_text(page.render(results.load()), encoding="utf-8")
    return 1 if any(one.wrong for one in played) else 0


def _one(stack: Stack, seed: int, nursery: Nursery) -> Played:
    plan = schedule(seed)
    began = time.monotonic()

    def tell(what: str) -> None:
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\033[Kseed {seed}  {time.monotonic() - began:3.0f} s  {what}")
            sys.stdout.flush()

    done = asyncio.run(play(stack, plan, stack.home.logs, nursery, tell))
    tell("")
    start = "\r" if sys.stdout.isatty() else ""
    verdict = "held" if not done.wrong else "FAILED"
    counts = f"{done.counts.get('events', 0)} records, {done.counts.get('dead_letters', 0)} dead letters"
    kinds = "; ".join(str(step.kind) for step in plan.steps)
    sys.stdout.write(f"{start}seed {seed}  {verdict}  {done.seconds:.0f} s  {counts}  {kinds}\n")
    if done.wrong:
        for line in (*done.wrong, "the schedule:", *plan.lines):
            sys.stdout.write(f"  {line}\n")
        sys.stdout.write(f"  again: make faults SEEDS=1 FIRST={seed}; the stations' logs: {stack.home.logs}\n")
    sys.stdout.flush()
    return done


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    try:
        code = main(*(numbers or [25, 1]))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        code = 2
    raise SystemExit(code)
