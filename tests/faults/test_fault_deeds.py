"""What the proxies do at a write is done once, by the write it is for, and to nothing else."""

import asyncio
import json

import pytest

from tests.faults.deeds import Deed, Trigger
from tests.faults.http_proxy import half, index_writes

pytestmark = pytest.mark.unit


class Process:
    """Writes down what is done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.trigger = Trigger(self._kill, self._stop)

    async def _kill(self, name: str) -> None:
        self.done.append(f"{name} killed")

    async def _stop(self, name: str) -> None:
        self.done.append(f"{name} stopped")

    async def write(self, name: str = "a") -> list[str]:
        """What a write of that process comes to."""
        firing = self.trigger.take(name, *Deed)
        if not await self.trigger.before(firing):
            return [*self.done, "not written"]
        if not await self.trigger.between(firing):
            return [*self.done, "written", "not answered"]
        said = [*self.done, "written", "answered"]
        await self.trigger.after(firing)
        return [*said, *self.done[len(said) - 2 :]]


@pytest.mark.parametrize(
    ("deed", "comes_to"),
    [
        (Deed.KILL_BEFORE, ["a killed", "not written"]),
        (Deed.KILL_BETWEEN, ["a killed", "written", "not answered"]),
        (Deed.KILL_AFTER, ["written", "answered", "a killed"]),
        (Deed.BUSY, ["not written"]),
        (Deed.SILENT, ["written", "not answered"]),
        (Deed.PARTIAL, ["written", "not answered"]),
    ],
)
async def test_one_write_meets_what_was_asked_for(deed: Deed, comes_to: list[str]) -> None:
    process = Process()
    firing = process.trigger.ask(deed)
    assert await process.write() == comes_to
    assert firing.fired.is_set()
    process.done.clear()
    assert await process.write() == ["written", "answered"]


async def test_a_held_write_is_done_when_it_is_let_go() -> None:
    process = Process()
    firing = process.trigger.ask(Deed.HOLD)
    held = asyncio.create_task(process.write("b"))
    await firing.fired.wait()
    assert (process.done, firing.worker, held.done()) == (["b stopped"], "b", False)
    assert await process.write("c") == ["b stopped", "written", "answered"]
    firing.let_go.set()
    assert await held == ["b stopped", "written", "answered"]


def test_a_write_that_cannot_be_done_by_halves_leaves_that_to_another() -> None:
    trigger = Process().trigger
    firing = trigger.ask(Deed.PARTIAL)
    assert trigger.take("a", Deed.BUSY) is None
    assert trigger.take("a", Deed.BUSY, Deed.PARTIAL) is firing


def test_half_of_an_upsert_is_half_of_its_points() -> None:
    body = json.dumps({"points": [1, 2, 3], "update_filter": {}}).encode()
    assert json.loads(half(body)) == {"points": [1], "update_filter": {}}
    assert half(b'{"points": [1]}') == b'{"points": [1]}'
    assert half(b"no json") == b"no json"


def test_only_writing_points_is_a_write() -> None:
    body = json.dumps({"points": [1, 2]}).encode()
    assert Deed.PARTIAL in index_writes("PUT", "/collections/x/points", body)
    assert Deed.PARTIAL not in index_writes("POST", "/collections/x/points/batch", b"{}")
    assert Deed.BUSY in index_writes("POST", "/collections/x/points/batch", b"{}")
    assert not index_writes("POST", "/collections/x/points", body)
    assert not index_writes("POST", "/collections/x/points/scroll", b"{}")
    assert not index_writes("PUT", "/collections/x", b"{}")
