"""The largest record that a topic takes, of which nobody can make anything: its dead letter is larger still."""

import os
from typing import Any

import pytest

from runtime.dead_letter import DeadLetter
from runtime.kafka import RECORD_BYTES
from tests.runtime.broker import Ground, Seen, eventually

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]
_AROUND = 200
"""More than what Kafka's record batch takes around the one record."""


async def test_its_dead_letter_arrives_whole_and_the_partition_goes_on(ground: Ground) -> None:
    # what does not compress, so that the broker sees its size too
    value = b"\x09" + os.urandom(RECORD_BYTES - _AROUND)
    await ground.write([1], key="k")
    await ground.write_raw([("k", value)])
    await ground.write([2], key="k")
    seen = Seen(ground.topic)
    async with ground.station(seen):
        await eventually(lambda: _is(seen, [1, 2]), 120)
        await eventually(lambda: _committed(ground, 3), 60)
    ((said, key, buried),) = await ground.dead_letters(1)
    assert (said.cause, said.offset, key) == ("wrong-magic-byte", 1, b"k")
    assert isinstance(said, DeadLetter)
    assert buried == value


async def _is(seen: Seen, numbers: list[int]) -> Any:
    return seen.numbers == numbers


async def _committed(ground: Ground, count: int) -> bool:
    return await ground.committed_in_all() == count
