"""`make demo ONCE=1`: measure, stop everything, and say it as JSON on the last line."""

import asyncio
import json
import os
import sys
import time

from deploy.demo.contacts import contacts
from deploy.demo.measure import Measurements, measure
from deploy.demo.questions import exchanges
from deploy.demo.samples import HOPS
from deploy.demo.traffic import traffic
from deploy.local.stack import Stack
from runtime.errors import UserError

_LIMIT_SECONDS = 180.0


def run(stack: Stack, *, samples: int, rate: float) -> None:
    """Take ``samples`` of each hop on a stack that is up, and bring it down, whatever happens.

    Raises ``UserError`` when a hop gave no sample within three minutes.
    """
    found = Measurements()
    deadline = time.monotonic() + _LIMIT_SECONDS
    try:
        environment = {**os.environ, **stack.environment()}
        os.environ.update(environment)

        def done() -> bool:
            taken = min(len(found.samples.by_hop[hop]) for hop in HOPS)
            return taken >= samples or time.monotonic() > deadline

        script = exchanges(asyncio.run(contacts()))
        with traffic(rate, environment):
            url = stack.layout().url("simulator")
            asyncio.run(measure(found, url, script, done=done, pause=0.05))
    finally:
        stack.down()
    silent = [hop for hop in HOPS if not found.samples.by_hop[hop]]
    if silent:
        raise UserError(f"nothing was measured for {', '.join(silent)}; run `make demo` and look at `balcao logs`")
    sys.stdout.write(json.dumps(found.samples.summary()) + "\n")
