"""Every metric of the platform, declared once; a process serves them for Prometheus.

Labels are few and bounded: ``group`` (one a station), ``topic`` and ``partition`` (the register's), ``cause``
(constants in code). A key, a customer or an error's text is never a label.
"""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from runtime.settings import MetricsSettings

RECORDS = Counter("balcao_records", "Records handed to a processor.", ["group", "topic"])
BATCHES = Counter("balcao_batches", "Batches a processor finished.", ["group", "topic"])
BATCH_SECONDS = Histogram(
    "balcao_batch_seconds",
    "From a batch's hand-over to its end, retries included.",
    ["group", "topic"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
RETRIES = Counter("balcao_retries", "Attempts after the first, of a batch or a record.", ["group", "topic"])
DEAD_LETTERS = Counter("balcao_dead_letters", "Records sent to a dead-letter topic.", ["group", "topic", "cause"])
REDRIVEN = Counter("balcao_redriven", "Dead letters that came back and were taken again.", ["group", "topic"])
COMMITTED_OFFSET = Gauge(
    "balcao_committed_offset", "The next offset the group will read after a restart.", ["group", "topic", "partition"]
)
END_OFFSET = Gauge("balcao_end_offset", "The offset the next record will get.", ["group", "topic", "partition"])
LAG_RECORDS = Gauge("balcao_lag_records", "Records not yet committed.", ["group", "topic", "partition"])
HALTED_AT = Gauge(
    "balcao_halted_at_offset",
    "Where a partition stopped until a person or time helps; there is no series for one that goes on.",
    ["group", "topic", "partition", "cause"],
)
WAITS_FOR = Gauge(
    "balcao_waits_for",
    "1 while a station waits for something outside it; nothing is lost meanwhile.",
    ["group", "cause"],
)
REGISTRY, WAREHOUSE, WAREHOUSE_CREDENTIALS, MERGES = "registry", "warehouse", "warehouse-credentials", "merges"
"""Causes of ``WAITS_FOR``."""
UNREGISTERED_COLUMNS = Gauge(
    "balcao_unregistered_columns", "Columns that are captured but not in the register.", ["group", "topic"]
)
LAG_SECONDS = Gauge(
    "balcao_lag_seconds",
    "Age of the oldest record not yet done, else 0.",
    ["group", "topic", "partition"],
)
COMMIT_FAILURES = Counter("balcao_commit_failures", "Commits that the broker did not confirm.", ["group"])
REBALANCES = Counter("balcao_rebalances", "Assignments of partitions to the process.", ["group"])
REGISTRY_WAITS = Counter("balcao_registry_waits", "Times a batch waited for the schema registry.", ["group", "topic"])
WATCHDOG_EXITS = Counter("balcao_watchdog_exits", "Processes ended for a partition that stood still.", ["group"])
PRODUCER_ERRORS = Counter("balcao_producer_errors", "Messages that the broker did not confirm.")
WEBHOOK_REQUESTS = Counter("balcao_webhook_requests", "Webhook requests answered.", ["status"])
WEBHOOK_SECONDS = Histogram(
    "balcao_webhook_seconds",
    "From a webhook's arrival to the broker's confirmation.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
TURNS = Counter("balcao_turns", "Turns taken.", ["flow", "outcome"])
TURN_SECONDS = Histogram(
    "balcao_turn_seconds",
    "An agent's own work on a message, reads and the transaction included.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
SENDS = Counter("balcao_sends", "Calls of the Cloud API to send a message.", ["result"])
DELIVERIES = Counter("balcao_deliveries", "Steps of sent messages that the channel reported.", ["status"])

LLM_CALLS = Counter("balcao_llm_calls", "Calls of a language model.", ["profile", "outcome"])
LLM_SECONDS = Histogram(
    "balcao_llm_seconds",
    "From a model's call to its whole answer or its failure.",
    ["profile"],
    buckets=(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 10),
)
LLM_REFUSALS = Counter("balcao_llm_refusals", "Calls not made because a budget was spent.", ["budget"])
LLM_CACHE = Counter("balcao_llm_cache", "Messages whose understanding was or was not in the cache.", ["result"])


def serve(settings: MetricsSettings) -> None:
    """Serves ``/metrics`` from a thread of its own until the process ends; port 0 serves nothing.

    Raises ``OSError`` when the port is taken.
    """
    if settings.port:
        start_http_server(settings.port, settings.host)
