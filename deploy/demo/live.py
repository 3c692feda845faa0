"""`make demo`: the live table, until Ctrl-C; the stack stays up."""

import asyncio
import os
import threading
from contextlib import suppress

from confluent_kafka import KafkaException
from rich.console import Console
from rich.live import Live

from deploy.demo.contacts import contacts
from deploy.demo.counts import Counts, TopicCounts
from deploy.demo.measure import Measurements, measure
from deploy.demo.questions import exchanges
from deploy.demo.screen import render
from deploy.demo.traffic import traffic
from deploy.local.stack import Stack
from runtime.settings import KafkaSettings, load

_REFRESH_SECONDS = 0.5
_PAUSE_SECONDS = 0.7
_NOTE = "Ctrl-C ends this screen; the platform stays up. `make stop` stops it, `.venv/bin/balcao status` shows it."


def run(stack: Stack, *, rate: float) -> None:
    """Show what is measured until interrupted, on a stack that is up."""
    environment = {**os.environ, **stack.environment()}
    os.environ.update(environment)
    found = Measurements()
    layout = stack.layout()
    addresses = {
        "chat as a pharmacy": layout.url("simulator", "/"),
        "catalogue of topics": layout.url("backoffice", "/"),
        "schema registry": layout.url("registry", "/ui/"),
        "Kafka Connect": layout.url("connect", "/connectors?expand=status"),
        "BigQuery (REST)": layout.url("bigquery"),
        "Qdrant (REST)": layout.url("qdrant", "/collections"),
        "Kafka": layout.address("kafka"),
    }
    counting = _Counting(load(KafkaSettings))
    console = Console()
    try:
        script = exchanges(asyncio.run(contacts()))
        with (
            traffic(rate, environment),
            Live(
                get_renderable=lambda: render(found.samples, counting.newest, addresses, list(found.said), _NOTE),
                console=console,
                refresh_per_second=1 / _REFRESH_SECONDS,
                screen=console.is_terminal,
            ),
            suppress(KeyboardInterrupt),
        ):
            asyncio.run(measure(found, layout.url("simulator"), script, done=lambda: False, pause=_PAUSE_SECONDS))
    finally:
        counting.stop()
    console.print(render(found.samples, counting.newest, addresses, list(found.said), _NOTE))


class _Counting:
    """Reads the counts every half second in a thread of its own, so that a slow broker does not hold up the screen."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.newest: Counts | None = None
        self._topics = TopicCounts(settings)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_REFRESH_SECONDS):
            # The broker may be restarting while somebody watches: the last counts stay on the screen.
            with suppress(KafkaException):
                self.newest = self._topics.read()
        self._topics.close()
