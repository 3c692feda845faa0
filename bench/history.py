"""The BigQuery sink's history on one core: from a topic to a counting AppendRows server; ours and a bare loop."""

import asyncio
import json
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.consume import measure
from bench.history_topic import line, topic
from bench.results import Result
from runtime.codec import Encoder
from runtime.producer import Message, Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, load
from runtime.topics import apply
from schemas.topic import Topic

RECORDS = 400_000
REPETITIONS = 3
_RATIO = 0.75
_CHUNK = 20_000
_BARE = Path(__file__).parent / "peers" / "bare_history.py"


def run() -> dict[str, Result]:
    """Medians of interleaved repetitions. Needs ``BALCAO_KAFKA_*`` and ``BALCAO_REGISTRY_*``; takes about a minute."""
    kafka, registry = load(KafkaSettings), load(RegistrySettings)
    filled = topic(f"bench.history-{uuid.uuid4().hex[:8]}")
    apply(kafka, [filled])
    asyncio.run(_fill(filled, kafka, registry))
    job = {"bootstrap": kafka.bootstrap_servers, "registry": registry.url, "topic": filled.name, "records": RECORDS}
    commands = {
        "ours": [sys.executable, "-m", "bench.history_station"],
        "bare": [sys.executable, str(_BARE)],
    }
    rates: dict[str, list[float]] = {name: [] for name in commands}
    lengths: set[int] = set()
    largest = 0
    for _ in range(REPETITIONS):
        for name, command in commands.items():
            with server() as (address, counted):
                answer = measure(name, command, {**job, "server": address})
            if counted["rows"] != RECORDS:
                raise RuntimeError(f"{name} appended {counted['rows']} rows of {RECORDS}")
            lengths.add(counted["bytes"])
            largest = max(largest, answer.get("largest", 0))
            rates[name].append(answer["records"] / answer["seconds"])
    if len(lengths) != 1:
        raise RuntimeError(f"the rows were not the same: {lengths}")
    medians = {name: statistics.median(values) for name, values in rates.items()}
    ours = medians.pop("ours")
    ratio = {name: ours / value for name, value in medians.items()}
    return {
        "history": Result(
            value=ours,
            unit="rows/s",
            peers=medians,
            ratio=ratio,
            target=f">= {_RATIO} x bare",
            met=ratio["bare"] >= _RATIO,
            detail={"rows in the largest batch": largest},
        )
    }


@contextmanager
def server() -> Iterator[tuple[str, dict[str, int]]]:
    """A counting server's address; what it counted is in the dictionary afterwards."""
    counted: dict[str, int] = {}
    with subprocess.Popen(
        [sys.executable, "-m", "bench.append_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"127.0.0.1:{process.stdout.readline().strip()}", counted
        process.stdin.close()
        counted |= json.loads(process.stdout.readline())


async def _fill(filled: Topic, kafka: KafkaSettings, registry: RegistrySettings) -> None:
    client = Registry(registry)
    encoder = Encoder(client)
    encoder.prepare(filled)
    client.close()
    producer = Producer(kafka, client_id="bench-fill")
    for start in range(0, RECORDS, _CHUNK):
        numbers = range(start, start + _CHUNK)
        await producer.send([Message(filled.name, str(n), encoder.encode(filled, line(n))) for n in numbers])
    await producer.close()


if __name__ == "__main__":
    print(run())
