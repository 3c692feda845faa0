"""A large table's snapshot: from the connector's start until every row can be queried, beside what Debezium takes."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from google.api_core.exceptions import GoogleAPIError

from bench import snapshot_table
from bench.results import Result
from runtime.kafka import librdkafka
from runtime.settings import BigQuerySettings, KafkaSettings, load
from runtime.topics import apply
from schemas import bigquery as tables
from schemas.topic import Topic
from sinks.bigquery import sql
from sinks.bigquery.warehouse import Warehouse

ROWS = 200_000
REPETITIONS = 3
_RATIO = 1.3
_LIMIT_SECONDS = 300.0
_LOOK_SECONDS = 0.2


def run() -> dict[str, Result]:
    """Medians of repetitions. Needs a running stack's settings in the environment; takes about two minutes."""
    taken = [asyncio.run(_once()) for _ in range(REPETITIONS)]
    captured, history, view = (statistics.median(times[hop] for times in taken) for hop in range(3))
    ratio = statistics.median(one[1] / one[0] for one in taken)
    return {
        f"snapshot of {ROWS:,} rows, connector's start to queryable": Result(
            value=round(history, 1),
            unit="s",
            peers={"Debezium": round(captured, 1)},
            ratio={"Debezium": round(ratio, 3)},
            target=f"<= {_RATIO} x Debezium",
            met=ratio <= _RATIO,
            detail={"seconds until the view of current rows has them": round(view, 1)},
        )
    }


async def _once() -> tuple[float, float, float]:
    """Seconds from the connector's start until the topic, the history and the view have every row."""
    kafka, dataset = load(KafkaSettings), f"bench_{uuid.uuid4().hex[:8]}"
    settings = load(BigQuerySettings).model_copy(update={"dataset": dataset})
    debezium = {name: os.environ[f"BALCAO_DEBEZIUM_{name.upper()}"] for name in ("host", "port", "user", "password")}
    warehouse = Warehouse(settings)
    async with snapshot_table.orders(ROWS, debezium) as (topic, connector):
        apply(kafka, [topic])
        with _station(topic, dataset) as station, _ends(topic, kafka) as produced:
            started = time.perf_counter()
            await snapshot_table.start(connector)

            async def reached(count: Callable[[], Awaitable[int]]) -> float:
                async with asyncio.timeout(_LIMIT_SECONDS):
                    while (found := await count()) < ROWS:
                        if station.poll() is not None:
                            raise RuntimeError(f"the sink ended with exit code {station.returncode}")
                        await asyncio.sleep(_LOOK_SECONDS)
                if found > ROWS:
                    raise RuntimeError(f"{found} rows of a table that has {ROWS}")
                return time.perf_counter() - started

            captured, history = await asyncio.gather(
                reached(produced), reached(lambda: _rows(warehouse, tables.history_name(topic)))
            )
            view = await reached(lambda: _rows(warehouse, tables.view_name(topic)))
    await warehouse.close()
    return captured, history, view


async def _rows(warehouse: Warehouse, name: str) -> int:
    """The rows of a table or view; none while it is not there."""
    try:
        (row,) = await warehouse.query(f"SELECT COUNT(*) AS found FROM {sql.table(warehouse.dataset, name)}")  # noqa: S608
    except GoogleAPIError:
        return 0
    return int(row.found)


@contextmanager
def _ends(topic: Topic, kafka: KafkaSettings) -> Iterator[Callable[[], Awaitable[int]]]:
    """A function that tells how many records the topic has."""
    consumer = Consumer({**librdkafka(kafka), "group.id": "bench-snapshot"})

    def ends() -> int:
        places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        return sum(consumer.get_watermark_offsets(place, timeout=10)[1] for place in places)

    try:
        yield lambda: asyncio.to_thread(ends)
    finally:
        consumer.close()


@contextmanager
def _station(topic: Topic, dataset: str) -> Iterator["subprocess.Popen[bytes]"]:
    assert topic.table is not None
    job = json.dumps({"table": topic.table.name, "group": f"bench-{dataset}"})
    environment: Mapping[str, Any] = {**os.environ, "BALCAO_BIGQUERY_DATASET": dataset, "BALCAO_METRICS_PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.snapshot_station", job], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    print(run())
