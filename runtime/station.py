"""A station: one process of one consumer group, built from its processors and run until it is told to stop."""

import asyncio
import gc
import signal
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import structlog
import uvloop

from runtime import faust, metrics, retried
from runtime.assignment import Assignment
from runtime.clock import Clock, SystemClock
from runtime.codec import Decoder
from runtime.partition import Lane, Partition
from runtime.processor import AnyProcessor, Processor
from runtime.producer import Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, MetricsSettings, RegistrySettings, RuntimeSettings, load
from runtime.topics import require
from runtime.watchdog import Watchdog
from schemas.access import retry_topic

log = structlog.get_logger(__name__)

_STOP_SECONDS = 20.0
_CYCLES_SECONDS = 20.0


def run(station: str, processors: Sequence[AnyProcessor], *, group: str | None = None) -> None:
    """Runs the station until SIGTERM or SIGINT, or until a processor fails for good, whose exception it then raises.

    Blocks. Raises ``SettingsError`` for a missing setting and ``TopicsMissingError`` before anything is consumed.
    """
    kafka, registry = load(KafkaSettings), load(RegistrySettings)
    runtime, exporter = load(RuntimeSettings), load(MetricsSettings)
    metrics.serve(exporter)
    tune()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(Station(station, processors, kafka=kafka, registry=registry, runtime=runtime, group=group)))


def tune() -> None:
    """Prepares the process for a station's load: what was imported is never collected again, the rest seldom.

    A batch is thousands of objects that die together; looking for cycles as often as the default does costs much time.
    So the count of objects hardly ever starts a search; ``collect_cycles`` does, every 20 s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


async def collect_cycles(seconds: float = _CYCLES_SECONDS) -> None:
    """Frees cyclic garbage every ``seconds`` until it is cancelled; blocks the loop for some milliseconds each time.

    By their count alone they would be found after minutes: at 500 changes a second the index's client left 50 MiB.
    """
    while True:
        await asyncio.sleep(seconds)
        gc.collect()


async def _run(station: "Station") -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with station:
        stopped = asyncio.create_task(stop.wait())
        failed = asyncio.create_task(station.failure())
        collecting = asyncio.create_task(collect_cycles())
        await asyncio.wait([stopped, failed], return_when=asyncio.FIRST_COMPLETED)
        for task in (stopped, failed, collecting):
            task.cancel()


class Station:
    """A running station, as an async context manager; leaving it finishes and commits the work in hand.

    Leaving raises the exception of a processor that failed for good. Entering raises ``TopicsMissingError``.
    """

    def __init__(
        self,
        station: str,
        processors: Sequence[AnyProcessor],
        *,
        kafka: KafkaSettings,
        registry: RegistrySettings,
        runtime: RuntimeSettings | None = None,
        group: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.name = station
        self.group = group or f"balcao.{station}"
        self._processors = list(processors)
        self._kafka = kafka
        self._registry = Registry(registry)
        self._runtime = runtime or RuntimeSettings()
        self._batch_records = self._runtime.batch_records or max(
            (one.batch_records for one in processors if isinstance(one, Processor)), default=Processor.batch_records
        )
        self._clock = clock or SystemClock()
        self._started: list[AnyProcessor] = []
        self._crash: asyncio.Task[None] | None = None
        _distinct(station, self._processors)

    async def failure(self) -> None:
        """Returns when the station cannot go on; leaving it then raises why."""
        await self._failed.wait()

    def partitions(self) -> Sequence[Partition]:
        """The partitions the process has now."""
        return list(self._assignment.snapshot().values())

    async def __aenter__(self) -> Self:
        topics = [topic for processor in self._processors for topic in processor.topics]
        present = await asyncio.to_thread(require, self._kafka, topics)
        retry = retry_topic(self.group)
        if retry not in present:
            log.warning("no dead letter can come back: the retry topic is missing", topic=retry, do="topics apply")
        self._error: BaseException | None = None
        self._failed = asyncio.Event()
        self._producer = Producer(self._kafka, client_id=self.group)
        lane = Lane(
            self.group,
            Decoder(self._registry),
            self._producer,
            self._clock,
            failed=self._fail,
            freed=self._free,
            batch_records=self._batch_records,
        )
        self._assignment = Assignment(
            self._processors,
            lane,
            drain_seconds=self._runtime.drain_seconds,
            retry=retried.topic(retry) if retry in present else None,
        )
        self._app = faust.application(self.group, self._kafka, self._runtime, batch_records=self._batch_records)
        self._app.assignment = self._assignment
        for processor in self._processors:
            faust.processor(self._app, processor.name, [topic.name for topic in processor.topics])
        if retry in present:
            faust.processor(self._app, "retry", [retry])
        self._watchdog = Watchdog(
            self.group,
            self._kafka,
            self._assignment,
            seconds=self._runtime.watchdog_seconds,
            drain_seconds=self._runtime.drain_seconds,
            clock=self._clock,
        )
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        log.info("station runs", station=self.name, group=self.group)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()
        if self._error is not None and error is None:
            raise self._error

    async def _start(self) -> None:
        for processor in self._processors:
            self._started.append(processor)
            await processor.start()
        await self._app.start()
        self._crash = asyncio.create_task(self._app_crashed(), name="station crash")
        self._watchdog.start()

    async def _app_crashed(self) -> None:
        await self._app._crashed.wait()
        self._fail(self._app.crash_reason or RuntimeError("Faust ended without a reason"))

    def _fail(self, error: BaseException) -> None:
        if self._error is None:
            self._error = error
        self._failed.set()

    def _free(self) -> None:
        self._assignment.room.set()

    async def _stop(self) -> None:
        if self._crash is not None:
            self._crash.cancel()
        try:
            await asyncio.wait_for(self._app.stop(), self._runtime.drain_seconds + _STOP_SECONDS)
        except TimeoutError:
            log.exception("the consumer did not stop in time; what it had in hand will come again")
        for processor in reversed(self._started):
            await processor.stop()
        await self._watchdog.stop()
        await self._producer.close()
        self._registry.close()
        log.info("station stopped", station=self.name, group=self.group)


def _distinct(station: str, processors: Sequence[AnyProcessor]) -> None:
    names = [processor.name for processor in processors]
    topics = [topic.name for processor in processors for topic in processor.topics]
    for what, values in (("processor name", names), ("topic", topics)):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"station {station} has the {what} {', '.join(twice)} twice; one processor takes a topic")
