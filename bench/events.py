"""Domain events on one core: captured changes decoded, decided, encoded and produced; ours and Quix Streams'."""

import asyncio
import json
import statistics
import sys
import uuid
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

from bench.consume import measure, peers
from bench.events_topic import changes, topic
from bench.results import Result
from runtime.codec import Encoder
from runtime.kafka import librdkafka
from runtime.producer import Message, Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, load
from runtime.topics import apply
from schemas.events import PRICE_CHANGED
from schemas.topic import Topic

RECORDS = 200_000
REPETITIONS = 3
_CHUNK = 10_000
_LEAST, _RATIO = 50_000, 1.3
_PEER = Path(__file__).parent / "peers" / "quix_events.py"


def run() -> dict[str, Result]:
    """Medians of interleaved repetitions. Needs ``BALCAO_KAFKA_*`` and ``BALCAO_REGISTRY_*``; takes about a minute."""
    kafka, registry = load(KafkaSettings), load(RegistrySettings)
    python = peers()
    filled = topic(f"bench.offers-{uuid.uuid4().hex[:8]}")
    apply(kafka, [filled, PRICE_CHANGED])
    schema_id = asyncio.run(_fill(filled, kafka, registry))
    job = {
        "bootstrap": kafka.bootstrap_servers,
        "registry": registry.url,
        "topic": filled.name,
        "records": RECORDS,
        "event": PRICE_CHANGED.name,
        "event_schema_id": schema_id,
        "output": PRICE_CHANGED.name,
    }
    commands = {"ours": [sys.executable, "-m", "bench.event_station"], "quix": [python, str(_PEER)]}
    rates: dict[str, list[float]] = {name: [] for name in commands}
    processor: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(REPETITIONS):
        for name, command in commands.items():
            before = _ends(kafka)
            answer = measure(name, command, job)
            if (produced := _ends(kafka) - before) != RECORDS:
                raise RuntimeError(f"{name} produced {produced} events of {RECORDS} changes")
            rates[name].append(answer["records"] / answer["seconds"])
            processor[name].append(answer["cpu_seconds"] / answer["records"] * 1e6)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    ours = medians.pop("ours")
    ratio = {name: ours / value for name, value in medians.items()}
    return {
        "domain_events": Result(
            value=ours,
            unit="changes/s",
            peers=medians,
            ratio=ratio,
            target=f">= {_LEAST:,} and >= {_RATIO} x quix",
            detail={f"{name}_processor_us": round(statistics.median(each), 2) for name, each in processor.items()},
            met=ours >= _LEAST and ratio["quix"] >= _RATIO,
        )
    }


async def _fill(filled: Topic, kafka: KafkaSettings, registry: RegistrySettings) -> int:
    client = Registry(registry)
    encoder = Encoder(client)
    encoder.prepare(filled)
    schema_id = client.register(PRICE_CHANGED)
    client.close()
    producer, change = Producer(kafka, client_id="bench-fill"), changes()
    for start in range(0, RECORDS, _CHUNK):
        numbers = range(start, start + _CHUNK)
        await producer.send([Message(filled.name, str(n), encoder.encode(filled, change(n))) for n in numbers])
    await producer.close()
    return schema_id


def _ends(kafka: KafkaSettings) -> int:
    consumer = Consumer({**librdkafka(kafka), "group.id": "bench-count"})
    try:
        places = [TopicPartition(PRICE_CHANGED.name, number) for number in range(PRICE_CHANGED.partitions)]
        return sum(consumer.get_watermark_offsets(place, timeout=10)[1] for place in places)
    finally:
        consumer.close()


if __name__ == "__main__":
    print(json.dumps({name: (result.value, dict(result.ratio)) for name, result in run().items()}))
