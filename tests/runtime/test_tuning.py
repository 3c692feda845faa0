"""What a process that runs a station does about its memory."""

import asyncio
import gc
import weakref

import pytest

from runtime.station import collect_cycles, tune
from tests.runtime.fakes import until

pytestmark = pytest.mark.unit


class Node:
    """Refers to itself, so that only a search for cycles finds that nobody needs it."""

    def __init__(self) -> None:
        self.itself = self


async def test_cycles_do_not_wait_for_a_hundred_thousand_others() -> None:
    before = gc.get_threshold()
    tune()
    collecting = asyncio.create_task(collect_cycles(0.01))
    try:
        gone = weakref.ref(Node())
        assert gone() is not None
        await until(lambda: gone() is None)
    finally:
        collecting.cancel()
        gc.set_threshold(*before)
        gc.unfreeze()
