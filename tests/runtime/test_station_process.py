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

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

BATCH = 200
SETTINGS = {"BALCAO_RUNTIME_BATCH_RECORDS": str(BATCH), "BALCAO_RUNTIME_SESSION_SECONDS": "6"}
PATIENCE = 100


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

    def script(self, folder: Path) -> Path:
        """The same as a file to run: a supervisor's configuration gives a command line of its own to quotes."""
        path = folder / "work.py"
        root = str(Path(__file__).parents[2])
        path.write_text(
            f"import sys\nsys.path.insert(0, {root!r})\nsys.argv[1:] = [{json.dumps(self._job)!r}]\n"
            "import runpy\nrunpy.run_module('tests.runtime.worker', run_name='__main__')\n"
        )
        return path

    def numbers(self) -> Counter[int]:
        if not self.file.exists():
            return Counter()
        return Counter(int(line) for line in self.file.read_text().splitlines())


async def test_killed_again_and_again_it_loses_nothing_and_replays_what_was_in_hand(
    ground: Ground, tmp_path: Path
) -> None:
    """Each process takes its quota, then a batch of each partition stays in its hands until it is killed."""
    total, kills, quota = 8_000, 2, 3_000
    in_hand = BATCH * ground.topic.partitions
    await ground.write(range(total))
    worker = Worker(ground, tmp_path, quota=quota)
    for _ in range(kills):
        finished = await ground.committed_in_all() + quota - BATCH
        process = await worker.start(**SETTINGS)
        # all that is finished is committed, although what is in hand never ends
        await eventually(lambda count=finished: _committed(ground, count), PATIENCE)
        process.kill()
        await process.wait()
    process = await Worker(ground, tmp_path).start(**SETTINGS)
    await eventually(lambda: _has(worker, total), PATIENCE)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    numbers = worker.numbers()
    assert set(numbers) == set(range(total))
    replayed = sum(numbers.values()) - total
    assert 0 < replayed <= kills * (in_hand + BATCH)
    assert await ground.committed_in_all() == total


@pytest.mark.parametrize("hang", ["waiting", "blocking"])
async def test_the_watchdog_ends_a_process_that_hangs_and_says_where(ground: Ground, tmp_path: Path, hang: str) -> None:
    await ground.write(range(10))
    process = await Worker(ground, tmp_path, hang=hang).start(BALCAO_RUNTIME_WATCHDOG_SECONDS="2")
    _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    lines = [json.loads(line) for line in err.decode().splitlines() if line.startswith("{")]
    assert process.returncode == 70
    assert any(line["event"] == "partition stands still" and line["topic"] == ground.topic.name for line in lines)
    stacks = "".join(line["stack"] for line in lines if line["event"] == "stack")
    assert "worker.py" in stacks
    assert await ground.committed() == {}


async def test_a_process_that_hung_is_started_again_and_nothing_is_lost(ground: Ground, tmp_path: Path) -> None:
    """Under the supervisor: it hangs in the middle, its watchdog ends it, the next one does the rest."""
    total = 3000
    await ground.write(range(total))
    worker = Worker(ground, tmp_path, hang="once", pause=0.02)
    configuration = tmp_path / "supervisord.conf"
    configuration.write_text(
        f"[supervisord]\nnodaemon=true\npidfile={tmp_path}/pid\nlogfile={tmp_path}/log\nchildlogdir={tmp_path}\n"
        f"[program:worker]\ncommand={sys.executable} {worker.script(tmp_path)}\ndirectory={Path(__file__).parents[2]}\n"
        "autorestart=true\nstartsecs=0\nstopwaitsecs=30\n"
    )
    environment = {**os.environ, **SETTINGS, "BALCAO_RUNTIME_WATCHDOG_SECONDS": "2"}
    supervisor = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(configuration)],
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually(lambda: _committed(ground, total), PATIENCE)
    finally:
        supervisor.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(supervisor.wait(), PATIENCE) == 0
    assert set(worker.numbers()) == set(range(total))
    history = (tmp_path / "log").read_text()
    assert worker.file.with_suffix(".hung").exists()
    assert "exit status 70" in history
    # a busy machine may look like one more hang
    assert history.count("spawned: 'worker'") >= 2


async def _committed(ground: Ground, count: int) -> bool:
    return await ground.committed_in_all() >= count


async def _has(worker: Worker, count: int) -> bool:
    return len(worker.numbers()) == count
