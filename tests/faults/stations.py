"""The stations of one seed, each sink behind a proxy of its own to its destination."""

import itertools
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.faults.deeds import Trigger
from tests.faults.ground import Ground
from tests.faults.grpc_proxy import GrpcProxy
from tests.faults.http_proxy import HttpProxy, index_writes
from tests.faults.names import INDEX, STATIONS, STREAM, WAREHOUSE
from tests.faults.nursery import Nursery
from tests.faults.processes import Worker, Workers
from tests.faults.schedule import Kind, Schedule
from tests.faults.stack_faults import SESSION
from tests.faults.strike import Field


@asynccontextmanager
async def stations(ground: Ground, schedule: Schedule, logs: Path, nursery: Nursery) -> AsyncIterator[Field]:
    """They run within the block. A sink that will be stopped has company in its group, to take over."""
    environment = {
        **os.environ,
        "BALCAO_RUNTIME_SESSION_SECONDS": str(SESSION),
        "BALCAO_MARKETPLACE_READER_DSN": ground.dsn("marketplace_reader"),
        "BALCAO_BIGQUERY_DATASET": ground.bigquery.dataset,
        "BALCAO_QDRANT_COLLECTION": ground.qdrant.collection,
    }
    workers = Workers(ground.run, environment, logs, nursery)
    triggers = {station: Trigger(workers.kill, workers.stop) for station in STATIONS}
    numbers = itertools.count(1)
    async with AsyncExitStack() as leaving:

        async def more(station: str) -> Worker:
            number = 1 if station == STREAM else next(numbers)
            worker = f"{station}-{number}"
            extra: dict[str, str] = {}
            if station == WAREHOUSE:
                grpc = GrpcProxy(worker, triggers[station], ground.bigquery.grpc_endpoint or "")
                extra["BALCAO_BIGQUERY_GRPC_ENDPOINT"] = f"127.0.0.1:{await grpc.start()}"
                leaving.push_async_callback(grpc.stop)
            if station == INDEX:
                proxy = HttpProxy(worker, triggers[station], ground.qdrant.url, index_writes)
                extra["BALCAO_QDRANT_URL"] = f"http://127.0.0.1:{await proxy.start()}"
                leaving.push_async_callback(proxy.stop)
            return workers.start(station, number, extra)

        leaving.push_async_callback(workers.end)
        for station in STATIONS:
            await more(station)
        if schedule.has(Kind.WAREHOUSE_SINK_ZOMBIE):
            await more(WAREHOUSE)
        if schedule.has(Kind.INDEX_SINK_ZOMBIE):
            await more(INDEX)
        yield Field(ground, workers, triggers, more, lambda: 0)
