"""``kill -9`` of the simulator's process."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.simulator.world import NUMBER, SECRET, TOKEN, VERIFY, Simulator, platform_on, until

pytestmark = pytest.mark.broker

ANA = "5511987650001"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def start(port: int, data: Path, webhook_url: str, http: aiohttp.ClientSession) -> asyncio.subprocess.Process:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BALCAO_")},
        "BALCAO_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
        "BALCAO_WHATSAPP_ACCESS_TOKEN": TOKEN,
        "BALCAO_WEBHOOK_APP_SECRET": SECRET,
        "BALCAO_WEBHOOK_VERIFY_TOKEN": VERIFY,
        "BALCAO_SIMULATOR_WEBHOOK_URL": webhook_url,
    }
    command = [sys.executable, "-m", "deploy.local.simulator", "--host", "127.0.0.1", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(*command, "--data", str(data), env=environment)
    async with asyncio.timeout(60):
        while True:
            assert process.returncode is None
            try:
                async with http.get(f"http://127.0.0.1:{port}/healthz") as response:
                    assert response.status == 200
                    return process
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    port = free_port()
    async with platform_on() as platform, aiohttp.ClientSession() as http:
        simulator = Simulator(f"http://127.0.0.1:{port}", http)
        process = await start(port, tmp_path, platform.url, http)
        try:
            await simulator.writes(ANA, "primeira")
            await until(lambda: len(platform.messages) == 1)
            platform.answers = [503] * 1000
            written = {(await simulator.writes(ANA, str(number)))["wamid"] for number in range(50)}
            sent = {(await simulator.sends(ANA, str(number)))["messages"][0]["id"] for number in range(20)}
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            platform.answers = []
            process = await start(port, tmp_path, platform.url, http)
            await until(
                lambda: (
                    written <= {message["id"] for message in platform.messages}
                    and sent <= {status["id"] for status in platform.statuses if status["status"] == "read"}
                ),
                30,
            )
            conversation = await simulator.get(f"/control/conversations/{ANA}")
            assert written | sent <= {message["wamid"] for message in conversation["messages"]}
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 60) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_a_missing_setting_is_named(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BALCAO_")}
    command = [sys.executable, "-m", "deploy.local.simulator", "--port", "1", "--data", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert b"BALCAO_WHATSAPP_PHONE_NUMBER_ID" in errors
