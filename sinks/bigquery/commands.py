"""``balcao run bigquery``."""


def run() -> None:
    """Keep the warehouse: every captured table's history and newest state, and events, in BigQuery."""
    from runtime import log, station
    from runtime.clock import SystemClock
    from runtime.settings import BigQuerySettings, load
    from sinks.bigquery.processor import BigQuerySink
    from sinks.bigquery.wiring import connect, taken

    settings, topics, clock = load(BigQuerySettings), taken(), SystemClock()
    log.configure("bigquery")
    station.run("bigquery", [BigQuerySink(topics, lambda: connect(settings, topics, clock), clock=clock)])
