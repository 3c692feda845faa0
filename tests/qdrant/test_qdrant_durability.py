"""The local Qdrant process itself: what it has confirmed outlives it, and it says why it cannot start."""

import signal
import subprocess
from typing import Protocol

import pytest
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException

from runtime.qdrant import connect
from runtime.settings import QdrantSettings

pytestmark = pytest.mark.broker


class LocalQdrant(Protocol):
    """``conftest.LocalQdrant``, which no module can import."""

    url: str

    def start(self) -> None: ...
    def kill(self, how: signal.Signals = ...) -> int: ...
    def command(self, port: int) -> list[str]: ...


async def write(client: AsyncQdrantClient, rounds: range, confirmed: list[int]) -> None:
    for identity in rounds:
        vector = [float(identity + 1), 1.0]
        await client.upsert("things", [models.PointStruct(id=identity, vector=vector, payload={"n": identity})])
        confirmed.append(identity)


async def test_everything_confirmed_is_there_after_kill_9(local_qdrant: LocalQdrant) -> None:
    client = connect(QdrantSettings(url=local_qdrant.url))
    await client.create_collection("things", models.VectorParams(size=2, distance=models.Distance.DOT))
    await client.create_payload_index("things", "n", field_schema=models.PayloadSchemaType.INTEGER)
    create = models.CreateAlias(collection_name="things", alias_name="alias")
    await client.update_collection_aliases([models.CreateAliasOperation(create_alias=create)])
    confirmed: list[int] = []
    for turn in range(3):
        await write(client, range(turn * 100, turn * 100 + 100), confirmed)
        await client.delete("things", [turn * 100], wait=True)
        confirmed.remove(turn * 100)
        local_qdrant.kill()
        with pytest.raises(ResponseHandlingException):
            await client.count("things")
        local_qdrant.start()
        points, _ = await client.scroll("alias", limit=1000)
        assert [p.id for p in points] == confirmed
        ordered, _ = await client.scroll("alias", limit=1, order_by=models.OrderBy(key="n", direction="desc"))
        assert ordered[0].id == confirmed[-1]
    await client.close()


async def test_it_ends_cleanly_on_sigterm(local_qdrant: LocalQdrant) -> None:
    client = connect(QdrantSettings(url=local_qdrant.url))
    await client.create_collection("things", models.VectorParams(size=2, distance=models.Distance.DOT))
    await client.close()
    assert local_qdrant.kill(signal.SIGTERM) == 0


def test_a_second_process_on_the_same_folder_is_told_why(local_qdrant: LocalQdrant) -> None:
    second = subprocess.run(local_qdrant.command(0), capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 2
    assert "another Qdrant process has" in second.stderr
    assert "Traceback" not in second.stderr
