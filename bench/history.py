"""The BigQuery sink's history on one core: to a counting AppendRows server beside a bare loop, and to the emulator
beside Quix Streams' sink."""

import asyncio
import json
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.consume import measure, peers
from bench.history_topic import line, topic
from bench.results import Result
from runtime.codec import Encoder
from runtime.producer import Message, Producer
from runtime.registry import Registry
from runtime.settings import BigQuerySettings, KafkaSettings, RegistrySettings, load
from runtime.topics import apply
from schemas.topic import Topic

RECORDS = 400_000
QUIX_RECORDS, QUIX_ROWS = 12_000, 2_000
REPETITIONS = 3
_RATIO, _QUIX_RATIO = 0.75, 5
_CHUNK = 20_000
_OURS = [sys.executable, "-m", "bench.history_station"]
_BARE = Path(__file__).parent / "peers" / "bare_history.py"
_QUIX = Path(__file__).parent / "peers" / "quix_bigquery.py"


def run() -> dict[str, Result]:
    """Medians of interleaved repetitions. Needs a stack's settings in the environment; takes about two minutes."""
    kafka, registry = load(KafkaSettings), load(RegistrySettings)
    mark = uuid.uuid4().hex[:8]
    filled = topic(f"bench.history-{mark}")
    apply(kafka, [filled])
    asyncio.run(_fill(filled, kafka, registry))
    place = {"bootstrap": kafka.bootstrap_servers, "registry": registry.url, "topic": filled.name, "records": RECORDS}
    return _counted(place) | _emulated(place)


def _counted(job: dict[str, Any]) -> dict[str, Result]:
    commands = {"ours": _OURS, "bare": [sys.executable, str(_BARE)]}
    rates: dict[str, list[float]] = {name: [] for name in commands}
    processor: dict[str, list[float]] = {name: [] for name in commands}
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
            processor[name].append(_processor_us(answer))
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
            detail={"rows in the largest batch": largest} | _medians(processor),
        )
    }


def _emulated(job: dict[str, Any]) -> dict[str, Result]:
    """Both append the topic's first records; each to a table of its own."""
    warehouse = load(BigQuerySettings)
    job = job | {"project": warehouse.project, "rest": warehouse.rest_endpoint, "server": warehouse.grpc_endpoint}
    rates: dict[str, list[float]] = {"ours": [], "quix": []}
    processor: dict[str, list[float]] = {"ours": [], "quix": []}
    for _ in range(REPETITIONS):
        dataset = f"bench_{uuid.uuid4().hex[:8]}"
        answer = measure("ours", _OURS, {**job, "dataset": dataset})
        rates["ours"].append(answer["records"] / answer["seconds"])
        processor["ours"].append(_processor_us(answer))
        asked = {**job, "dataset": dataset, "records": QUIX_RECORDS, "rows": QUIX_ROWS}
        answer = measure("quix", [peers(), str(_QUIX)], asked, exactly=False)
        rates["quix"].append(answer["timed"] / answer["seconds"])
        processor["quix"].append(_processor_us(answer))
    ours, quix = statistics.median(rates["ours"]), statistics.median(rates["quix"])
    return {
        "history to the emulator": Result(
            value=ours,
            unit="rows/s",
            peers={"quix": quix},
            ratio={"quix": ours / quix},
            target=f">= {_QUIX_RATIO} x quix",
            met=ours / quix >= _QUIX_RATIO,
            detail=_medians(processor),
        )
    }


def _processor_us(answer: Mapping[str, Any]) -> float:
    """The process's own, all its threads, for a row."""
    return float(answer["processor"] / answer.get("timed", answer["records"]) * 1e6)


def _medians(processor: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {f"{name}_processor_us": round(statistics.median(each), 2) for name, each in processor.items()}


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
