"""Ours, as a process of its own for the benchmark: a station that counts. Prints one JSON line."""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from bench.consume_topic import topic
from runtime.processor import Committed, Outcome, Processor
from runtime.records import Batch
from runtime.settings import KafkaSettings, RegistrySettings, RuntimeSettings
from runtime.station import Station, tune
from schemas.topic import Topic


class Count(Processor):
    """Adds up the ids, as the peers do."""

    name = "count"

    def __init__(self, name: str, records: int) -> None:
        self.topics = (topic(name),)
        self.left = records
        self.checksum = 0
        self.started = 0.0
        self.seconds = 0.0
        self.done = asyncio.Event()

    async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
        self.started = self.started or time.perf_counter()

    async def process(self, batch: Batch) -> Outcome:
        for record in batch.records:
            self.checksum += record.value["id"]
        self.left -= len(batch.records)
        if self.left == 0:
            self.seconds = time.perf_counter() - self.started
            self.done.set()
        return Outcome()


async def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Consumes the whole topic."""
    count = Count(job["topic"], job["records"])
    station = Station(
        "bench",
        [count],
        kafka=KafkaSettings(bootstrap_servers=job["bootstrap"]),
        registry=RegistrySettings(url=job["registry"]),
        runtime=RuntimeSettings(),
        group=job["group"],
    )
    async with station:
        await count.done.wait()
    return {"records": job["records"], "seconds": count.seconds, "checksum": count.checksum}


if __name__ == "__main__":
    tune()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure(json.loads(sys.argv[1])))))
