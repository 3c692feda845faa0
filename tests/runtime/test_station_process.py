"""A station as a process: killed, hanging, told to stop."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.broker import Ground, eventually

pytestmark = pytest.mark.broker

SETTINGS = {"BALCAO_RUNTIME_BATCH_RECORDS": "200", "BALCAO_RUNTIME_SESSION_SECONDS": "6"}


class Worker:
    """One process of the test's group."""

    def __init__(self, ground: Ground, folder: Path, **job: Any) -> None:
        self.file = folder / "numbers"
        self._job = {"topic": ground.topic.name, "group": ground.group, "file": str(self.file), **job}

    async def start(self, **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.runtime.worker",
            json.dumps(self._job),
            cwd=Path(__file__).parents[2],
            env={**os.environ, **environment},
            stderr=asyncio.subprocess.PIPE,
        )

    def numbers(self) -> Counter[int]:
        if not self.file.exists():
            return Counter()
        return Counter(int(line) for line in self.file.read_text().splitlines())


async def test_killed_again_and_again_it_loses_nothing_and_replays_little(ground: Ground, tmp_path: Path) -> None:
    total, kills = 20_000, 3
    await ground.write(range(total))
    worker = Worker(ground, tmp_path, pause=0.05)
    for kill in range(1, kills + 1):
        process = await worker.start(**SETTINGS)
        at = kill * total // (kills + 2)
        await eventually(lambda at=at: _has(worker, at), 60)
        process.kill()
        await process.wait()
    process = await worker.start(**SETTINGS)
    await eventually(lambda: _has(worker, total), 60)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 30) == 0
    numbers = worker.numbers()
    assert set(numbers) == set(range(total))
    replayed = sum(numbers.values()) - total
    # for each kill: what is done between two commits, the batches in hand, and the machine's moods
    assert replayed < kills * 4000
    assert await ground.committed_in_all() == total


@pytest.mark.parametrize("hang", ["waiting", "blocking"])
async def test_the_watchdog_ends_a_process_that_hangs_and_says_where(ground: Ground, tmp_path: Path, hang: str) -> None:
    await ground.write(range(10))
    process = await Worker(ground, tmp_path, hang=hang).start(BALCAO_RUNTIME_WATCHDOG_SECONDS="2")
    _, err = await asyncio.wait_for(process.communicate(), 60)
    lines = [json.loads(line) for line in err.decode().splitlines() if line.startswith("{")]
    assert process.returncode == 70
    assert any(line["event"] == "partition stands still" and line["topic"] == ground.topic.name for line in lines)
    stacks = "".join(line["stack"] for line in lines if line["event"] == "stack")
    assert "worker.py" in stacks
    assert await ground.committed() == {}


async def _has(worker: Worker, count: int) -> bool:
    return len(worker.numbers()) >= count
