"""A Qdrant to test against: a process of our own on a free port, or the server that ``BALCAO_TEST_QDRANT_URL`` names.

The tests that take ``qdrant_url`` say what Qdrant's REST API does, so that they hold for a real server as well:
``BALCAO_TEST_QDRANT_URL=http://localhost:6333 pytest tests/qdrant``. They use collections of their own names and
remove them.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from qdrant_client import AsyncQdrantClient

from runtime.qdrant import connect
from runtime.settings import QdrantSettings


class LocalQdrant:
    """One ``python -m deploy.local.qdrant`` over a folder; ``start`` again after ``kill`` opens the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self.command(self.port))
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert self._process.poll() is None, "the process ended while starting"
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError("the local Qdrant did not become ready")

    def command(self, port: int) -> list[str]:
        place = ["--host", "127.0.0.1", "--port", str(port), "--data", str(self.folder)]
        return [sys.executable, "-m", "deploy.local.qdrant", *place]

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(100)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill(signal.SIGTERM)


@pytest.fixture(scope="session")
def qdrant_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("BALCAO_TEST_QDRANT_URL")
    if given:
        yield given
        return
    local = LocalQdrant(tmp_path_factory.mktemp("qdrant"))
    local.start()
    yield local.url
    local.stop()


@pytest.fixture
def local_qdrant(tmp_path: Path) -> Iterator[LocalQdrant]:
    local = LocalQdrant(tmp_path / "data")
    local.start()
    yield local
    local.stop()


@pytest.fixture
async def client(qdrant_url: str) -> AsyncIterator[AsyncQdrantClient]:
    connected = connect(QdrantSettings(url=qdrant_url))
    yield connected
    await connected.close()


@pytest.fixture
async def fresh_name(client: AsyncQdrantClient) -> AsyncIterator[Callable[[], str]]:
    """Names nobody uses; what stands behind them is removed at the end."""
    prefix = f"test-{uuid4().hex[:8]}"
    counter = iter(range(1000))
    yield lambda: f"{prefix}-{next(counter)}"
    for collection in (await client.get_collections()).collections:
        if collection.name.startswith(prefix):
            await client.delete_collection(collection.name)
