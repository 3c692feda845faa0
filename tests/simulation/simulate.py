"""``python -m tests.simulation.simulate SEEDS [FIRST]``: plays that many; ends with 1 at one that fails."""

import os
import sys
import time

import structlog

from tests.simulation.schedule import play
from tests.simulation.simulated_warehouse import ViolatedError


def main(count: int, first: int) -> int:
    """The exit code."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    began = time.perf_counter()
    for seed in range(first, first + count):
        try:
            ended = play(seed)
        except ViolatedError as violated:
            sys.stdout.write(f"{violated}\n")
            return 1
        if os.environ.get("BALCAO_SIMULATION_TRACE"):
            sys.stdout.write("\n".join((*ended.trace, repr(ended.history), f"{ended.seconds:.6f}\n")))
    if not os.environ.get("BALCAO_SIMULATION_TRACE"):
        rate = count / (time.perf_counter() - began) * 60
        sys.stdout.write(f"{count} schedules from seed {first} on ended well, {rate:.0f} a minute\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
