"""Ours, as a process of its own for the benchmark: the station of domain events. Prints one JSON line."""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from bench.events_topic import topic
from runtime.codec import Encoder
from runtime.processor import Committed, Outcome
from runtime.producer import Producer
from runtime.records import Batch
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, RuntimeSettings
from runtime.station import Station, tune
from schemas.events import PRICE_CHANGED
from schemas.topic import Topic
from streams.events import catalog
from streams.events.processor import DomainEvents


class Timed(DomainEvents):
    """The platform's own processor, with a watch."""

    started = cpu_started = 0.0
    seconds = cpu_seconds = 0.0
    left = 0

    def until(self, records: int) -> asyncio.Event:
        """Set when so many records are done."""
        self.left, self.done = records, asyncio.Event()
        return self.done

    async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
        self.started, self.cpu_started = time.perf_counter(), time.process_time()

    async def process(self, batch: Batch) -> Outcome:
        outcome = await super().process(batch)
        self.left -= len(batch.records)
        if self.left == 0:
            self.seconds = time.perf_counter() - self.started
            self.cpu_seconds = time.process_time() - self.cpu_started
            self.done.set()
        return outcome


async def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Turns the whole topic into events."""
    kafka, registry = KafkaSettings(bootstrap_servers=job["bootstrap"]), RegistrySettings(url=job["registry"])
    processor = Timed(
        lambda: Producer(kafka, client_id="bench"),
        Encoder(Registry(registry)),
        deciders={topic(job["topic"]): catalog.offers},
        events=(PRICE_CHANGED,),
    )
    done = processor.until(job["records"])
    async with Station(
        "bench", [processor], kafka=kafka, registry=registry, runtime=RuntimeSettings(), group=job["group"]
    ):
        await done.wait()
    return {"records": job["records"], "seconds": processor.seconds, "cpu_seconds": processor.cpu_seconds}


if __name__ == "__main__":
    tune()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure(json.loads(sys.argv[1])))))
