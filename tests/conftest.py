"""The one local stack of the whole suite, on ports and data of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deploy.local.stack import Stack

ROOT = Path(__file__).parents[1]
HOME = Path(os.environ.get("BALCAO_TEST_HOME", ROOT / ".local" / "test"))
PORT_BASE = int(os.environ.get("BALCAO_TEST_PORT_BASE", "27000"))

# A property may not fail because the machine is slow, nor in one run of the same code and not in the next.
settings.register_profile(
    "suite", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
# `make test ARGS=--hypothesis-profile=explore` looks at other examples, and at more of them.
settings.register_profile("explore", settings.get_profile("suite"), derandomize=False, max_examples=1000)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """PostgreSQL, Kafka, registry, Connect, BigQuery, Qdrant and the simulator, filled and captured; no stations.

    Its settings are in the environment for the rest of the session. BALCAO_TEST_KEEP=1 leaves it up for the next run.
    """
    keep = os.environ.get("BALCAO_TEST_KEEP") == "1"
    stack = Stack(HOME, port_base=PORT_BASE)
    if not keep:
        stack.clean()
    before = dict(os.environ)
    try:
        stack.up(stations=False)
        os.environ.update(stack.environment())
        yield stack
    finally:
        os.environ.clear()
        os.environ.update(before)
        if not keep:
            stack.down()


@pytest.fixture(scope="session")
def platform(stack: Stack) -> Iterator[Stack]:
    """The stack with every station running; they stop when the last test that needs them is done."""
    stack.up(stations=True)
    yield stack
