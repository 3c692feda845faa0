"""The BigQuery sink of one captured topic, as a process of its own for the benchmark; runs until SIGTERM."""

import json
import sys

from bench.snapshot_table import topic_of
from runtime import log, station
from runtime.clock import SystemClock
from runtime.settings import BigQuerySettings, load
from sinks.bigquery.processor import BigQuerySink
from sinks.bigquery.wiring import connect


def main() -> None:
    """Takes the table's name and the consumer group as one JSON object; the rest from the environment."""
    job = json.loads(sys.argv[1])
    settings, topics, clock = load(BigQuerySettings), [topic_of(job["table"])], SystemClock()
    log.configure("bench")
    station.run(
        "bench", [BigQuerySink(topics, lambda: connect(settings, topics, clock), clock=clock)], group=job["group"]
    )


if __name__ == "__main__":
    main()
