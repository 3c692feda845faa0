"""Ours, as a process of its own for the benchmark: the BigQuery sink's history. Prints one JSON line."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import uvloop

from bench.history_topic import topic
from runtime.clock import SystemClock
from runtime.processor import Committed, Outcome
from runtime.records import Batch
from runtime.settings import BigQuerySettings, KafkaSettings, RegistrySettings, RuntimeSettings
from runtime.station import Station, tune
from schemas import bigquery as tables
from schemas.topic import Topic
from sinks.bigquery.claims import NO_PARAMETERS, Claims
from sinks.bigquery.processor import BigQuerySink, Kept, Wiring
from sinks.bigquery.rows import RowEncoder
from sinks.bigquery.storage import GrpcStorage
from sinks.bigquery.wiring import connect as real


class Empty:
    """A warehouse whose tables are empty: what a claim asks before the first row."""

    dataset = "bench.bench"

    async def query(self, statement: str, parameters: Mapping[str, int] = NO_PARAMETERS) -> list[object]:
        return []


class Timed(BigQuerySink):
    """The platform's own sink, with a watch."""

    started = seconds = processor = 0.0
    batches = largest = 0

    def until(self, records: int) -> asyncio.Event:
        """Set when so many records are durable."""
        self.left, self.done = records, asyncio.Event()
        return self.done

    async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
        self.started, self.processor = time.perf_counter(), time.process_time()
        await super().assigned(topic, partition, committed)

    async def process(self, batch: Batch) -> Outcome:
        outcome = await super().process(batch)
        self.left -= len(batch.records)
        self.batches, self.largest = self.batches + 1, max(self.largest, len(batch.records))
        if self.left == 0:
            self.seconds, self.processor = time.perf_counter() - self.started, time.process_time() - self.processor
            self.done.set()
        return outcome


async def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Writes the whole topic's history: to a counting server, or with ``rest`` to an emulator."""
    read = topic(job["topic"])

    settings = BigQuerySettings(
        project=job.get("project", "bench"),
        dataset=job.get("dataset", "bench"),
        rest_endpoint=job.get("rest"),
        grpc_endpoint=job["server"],
    )

    async def connect() -> Wiring:
        if settings.rest_endpoint:
            return await real(settings, [read], SystemClock())
        storage = GrpcStorage(settings)
        kept = Kept(read, RowEncoder(tables.history(read).fields))
        return Wiring([kept], Claims(Empty(), storage), storage, storage.close)

    sink = Timed([read], connect)
    done = sink.until(job["records"])
    async with Station(
        "bench",
        [sink],
        kafka=KafkaSettings(bootstrap_servers=job["bootstrap"]),
        registry=RegistrySettings(url=job["registry"]),
        runtime=RuntimeSettings(),
        group=job["group"],
    ):
        await done.wait()
    return {
        "records": job["records"],
        "seconds": sink.seconds,
        "processor": sink.processor,
        "batches": sink.batches,
        "largest": sink.largest,
    }


if __name__ == "__main__":
    tune()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure(json.loads(sys.argv[1])))))
