"""``python -m tests.simulation.simulate SEEDS [FIRST]``: plays that many; ends with 1 at one that fails."""

import contextlib
import os
import sys
import time

import structlog

from runtime.station import tune
from tests.simulation.schedule import play
from tests.simulation.simulated_warehouse import ViolatedError


def main(count: int, first: int) -> int:
    """The exit code."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if not os.environ.get("BALCAO_SIMULATION_TRACE"):
        # what is made once, as the schemas, does not count
        with contextlib.suppress(ViolatedError):
            play(first)
    tune()
    began, clock = time.process_time(), time.perf_counter()
    for seed in range(first, first + count):
        try:
            ended = play(seed)
        except ViolatedError as violated:
            sys.stdout.write(f"{violated}\n")
            return 1
        if os.environ.get("BALCAO_SIMULATION_TRACE"):
            sys.stdout.write("\n".join((*ended.trace, repr(ended.history), f"{ended.seconds:.6f}\n")))
    if not os.environ.get("BALCAO_SIMULATION_TRACE"):
        core, wall = (count / seconds * 60 for seconds in (time.process_time() - began, time.perf_counter() - clock))
        sys.stdout.write(
            f"{count} schedules from seed {first} on ended well, "
            f"{core:.0f} schedules a minute of one core ({wall:.0f} by the clock)\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
