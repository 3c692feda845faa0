"""A station of the product on one seed's topics, otherwise as it is: what `balcao run` wires, under other names."""

import importlib

from runtime.processor import Processor
from tests.faults.names import INDEX, STREAM, WAREHOUSE, Names

_NEEDED = (
    "runtime.faust",
    "runtime.station",
    "sinks.bigquery.wiring",
    "sinks.qdrant.operate",
    "sinks.qdrant.processor",
    "store.pool",
    "streams.catalog",
    "google.cloud.bigquery_storage_v1.services.big_query_write.transports",
)


def ready() -> None:
    """Imports what any of them needs, and makes nothing of it."""
    for name in _NEEDED:
        importlib.import_module(name)


def main(which: str, run: str) -> None:
    """Runs until it is stopped."""
    from runtime import log, station

    names = Names(run)
    log.configure(which)
    processor = {WAREHOUSE: _warehouse, INDEX: _index, STREAM: _stream}[which](names)
    station.run(which, [processor], group=names.group(which))


def _warehouse(names: Names) -> Processor:
    from runtime.clock import SystemClock
    from runtime.settings import BigQuerySettings, load
    from sinks.bigquery.processor import BigQuerySink
    from sinks.bigquery.wiring import connect

    settings, clock = load(BigQuerySettings), SystemClock()
    return BigQuerySink(names.captured, lambda: connect(settings, names.captured, clock), clock=clock)


def _index(names: Names) -> Processor:
    from runtime.settings import QdrantSettings, load
    from sinks.qdrant.operate import embedders
    from sinks.qdrant.processor import ProductPoints

    return ProductPoints(load(QdrantSettings), *embedders(), documents=names.documents)


def _stream(names: Names) -> Processor:
    from runtime.codec import Encoder
    from runtime.producer import Producer
    from runtime.registry import Registry
    from runtime.settings import KafkaSettings, MarketplaceReader, RegistrySettings, load
    from store.pool import pool
    from streams.catalog import SearchDocuments

    kafka, reader = load(KafkaSettings), load(MarketplaceReader)
    return SearchDocuments(
        lambda: pool(reader.dsn, application="balcao.streams"),
        lambda: Producer(kafka, client_id="balcao.streams"),
        Encoder(Registry(load(RegistrySettings))),
        captured=names.captured,
        documents=names.documents,
    )
