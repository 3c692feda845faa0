"""Consuming with Avro decoding, on one core: ours, a bare confluent-kafka loop, Quix Streams, on the same topic."""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from bench.consume_topic import sample, topic
from bench.results import Result
from runtime.codec import Encoder
from runtime.producer import Message, Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, load
from runtime.topics import apply
from schemas.topic import Topic

RECORDS = 400_000
REPETITIONS = 5
TARGETS = {"quix": 1.3, "bare": 0.7}

_HERE = Path(__file__).parent
_PEERS = _HERE.parent / ".local" / "bench-peers"
_CHUNK = 20_000


def run() -> dict[str, Result]:
    """Medians of interleaved repetitions. Needs ``BALCAO_KAFKA_*`` and ``BALCAO_REGISTRY_*``; takes some minutes."""
    kafka, registry = load(KafkaSettings), load(RegistrySettings)
    python = peers()
    filled = topic(f"bench.consume-{uuid.uuid4().hex[:8]}")
    apply(kafka, [filled])
    asyncio.run(_fill(filled, kafka, registry))
    job = {
        "bootstrap": kafka.bootstrap_servers,
        "registry": registry.url,
        "topic": filled.name,
        "records": RECORDS,
    }
    commands = {
        "ours": [sys.executable, "-m", "bench.consumer"],
        "bare": [python, str(_HERE / "peers" / "bare.py")],
        "quix": [python, str(_HERE / "peers" / "quix.py")],
    }
    rates: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(REPETITIONS):
        for name, command in commands.items():
            answer = measure(name, command, job)
            if answer["checksum"] != RECORDS * (RECORDS - 1) // 2:
                raise RuntimeError(f"{name} did not read what was written: {answer}")
            rates[name].append(answer["records"] / answer["seconds"])
    medians = {name: statistics.median(values) for name, values in rates.items()}
    ours = medians.pop("ours")
    ratio = {name: ours / value for name, value in medians.items()}
    return {
        "consume_avro": Result(
            value=ours,
            unit="records/s",
            peers=medians,
            ratio=ratio,
            target=" and ".join(f">= {least} x {name}" for name, least in TARGETS.items()),
            met=all(ratio[name] >= least for name, least in TARGETS.items()),
        )
    }


def peers() -> str:
    """The interpreter of the peers' own environment, made when it is not there or its list has changed."""
    wanted = _HERE / "peers" / "requirements.txt"
    python, stamp = _PEERS / "bin" / "python", _PEERS / "requirements.txt"
    if not stamp.exists() or stamp.read_bytes() != wanted.read_bytes():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_PEERS)], check=True)
        install = [*uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(wanted)]
        subprocess.run(install, check=True)
        shutil.copy(wanted, stamp)
    return str(python)


async def _fill(filled: Topic, kafka: KafkaSettings, registry: RegistrySettings) -> None:
    client = Registry(registry)
    encoder = Encoder(client)
    encoder.prepare(filled)
    client.close()
    producer = Producer(kafka, client_id="bench-fill")
    for start in range(0, RECORDS, _CHUNK):
        numbers = range(start, start + _CHUNK)
        await producer.send([Message(filled.name, str(n), encoder.encode(filled, sample(n))) for n in numbers])
    await producer.close()


def measure(name: str, command: list[str], job: dict[str, Any], *, exactly: bool = True) -> dict[str, Any]:
    """What one run prints last, in a process of its own, on one core. Raises ``RuntimeError`` when it left some.

    One that ends only at a checkpoint of its own may read more than it was told, ``exactly`` false.
    """
    group = f"bench-{name}-{uuid.uuid4().hex[:8]}"
    done = subprocess.run(
        [*_one_core(), *command, json.dumps({**job, "group": group})],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(_HERE.parent)},
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr}")
    answer = json.loads(done.stdout.splitlines()[-1])
    if answer["records"] < job["records"] or (exactly and answer["records"] > job["records"]):
        raise RuntimeError(f"{name} did not read what was written: {answer}")
    return dict(answer)


def _one_core() -> list[str]:
    taskset = shutil.which("taskset")
    return [taskset, "-c", str(max(os.sched_getaffinity(0)))] if taskset else []


if __name__ == "__main__":
    print(run())
