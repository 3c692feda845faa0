"""A BigQuery emulator of our own: started on free ports over a folder, killed and started again by tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from deploy.local.warehouse import EXTENSIONS, IMPORT
from runtime.settings import BigQuerySettings
from sinks.bigquery.warehouse import Warehouse

PROJECT = "balcao-test"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Emulator:
    """One ``python -m deploy.local.emulator``; ``start`` again after ``kill`` opens the same data on the same ports."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rest, self._grpc = _free_port(), _free_port()
        self._environment = os.environ | {"HOME": os.fspath(folder)}
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        subprocess.run([sys.executable, "-c", IMPORT, *EXTENSIONS], env=self._environment, check=True)

    def start(self) -> None:
        place = [
            "--rest-port",
            str(self._rest),
            "--grpc-port",
            str(self._grpc),
            "--data-dir",
            str(self._folder / "data"),
        ]
        command = [sys.executable, "-m", "deploy.local.emulator", "start", "--persistent", "--project", PROJECT, *place]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--log-level", "error"], env=self._environment, stdout=log, stderr=log
            )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert self._process.poll() is None, "the emulator ended while starting"
            try:
                httpx.get(f"http://127.0.0.1:{self._rest}/bigquery/v2/projects/{PROJECT}/datasets")
                with socket.create_connection(("127.0.0.1", self._grpc), timeout=1):
                    return
            except (httpx.TransportError, OSError):
                time.sleep(0.05)
        raise TimeoutError("the emulator did not become ready")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(100)

    def settings(self, dataset: str) -> BigQuerySettings:
        return BigQuerySettings(
            project=PROJECT,
            dataset=dataset,
            rest_endpoint=f"http://127.0.0.1:{self._rest}",
            grpc_endpoint=f"127.0.0.1:{self._grpc}",
        )


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("bigquery"))
    emulator.prepare()
    emulator.start()
    yield emulator
    emulator.kill()


@pytest.fixture
def settings(emulator: Emulator) -> BigQuerySettings:
    """A dataset that nothing else uses."""
    return emulator.settings(f"test_{uuid4().hex[:12]}")


@pytest.fixture
async def warehouse(settings: BigQuerySettings) -> AsyncIterator[Warehouse]:
    """An analyst's eyes on that dataset."""
    warehouse = Warehouse(settings)
    yield warehouse
    await warehouse.close()
