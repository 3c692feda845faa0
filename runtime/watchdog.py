"""Ends a process in which a partition stands still, so that the supervisor starts it afresh.

It lives in a thread and has a Kafka client of its own: a blocked event loop, a dead fetcher and a partition that is no
longer fetched look the same from here, records wait and nothing is committed. A rebalance that does not end is found by
its time. It also measures the lag.
"""

import asyncio
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import confluent_kafka
import structlog
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from runtime import metrics
from runtime.assignment import TP, Assignment
from runtime.clock import Clock
from runtime.halt import HALTED
from runtime.kafka import librdkafka
from runtime.partition import Partition
from runtime.settings import KafkaSettings

log = structlog.get_logger(__name__)

EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h."""

_SECONDS = 10
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]
_WAITING = "waiting for the schema registry"


@dataclass(slots=True)
class _Seen:
    committed: int
    behind_since: float | None = None


class Verdict:
    """Which partitions stand still: records wait, and nothing was committed for ``seconds``. Pure, but for its memory.

    A partition that waits for the schema registry is excused: a restart would not bring the registry back. So is a
    halted one: it stops on purpose, and says so.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: dict[TP, _Seen] = {}

    def judge(self, partitions: Mapping[TP, Partition], ends: Mapping[TP, int], now: float) -> dict[TP, float]:
        """Seconds that each partition which stands still has done so; ``now`` is monotonic."""
        for gone in set(self._seen) - set(partitions):
            del self._seen[gone]
        stuck = {}
        for tp, partition in partitions.items():
            since = self._behind_since(tp, partition, ends.get(tp), now)
            if since is not None and now - since >= self._seconds:
                stuck[tp] = now - since
        return stuck

    def behind(self, tp: TP, now: float) -> float:
        """Seconds since the partition was first seen with records waiting after its last commit; 0 when it has none."""
        seen = self._seen.get(tp)
        return 0.0 if seen is None or seen.behind_since is None else now - seen.behind_since

    def _behind_since(self, tp: TP, partition: Partition, end: int | None, now: float) -> float | None:
        committed = position(partition)
        seen = self._seen.get(tp)
        excused = partition.doing == _WAITING or partition.doing.startswith(HALTED)
        if seen is None or seen.committed != committed or excused:
            seen = self._seen[tp] = _Seen(committed)
        if end is not None and end <= committed:
            seen.behind_since = None
        elif end is not None and seen.behind_since is None:
            seen.behind_since = now
        return seen.behind_since


def position(partition: Partition) -> int:
    """The next offset to commit, 0 when nothing ever was."""
    committed = partition.tracker.committed
    return committed.offset if committed else 0


class Watchdog:
    """Looks at all open partitions every quarter of its patience, at least every 5 s."""

    def __init__(
        self,
        group: str,
        kafka: KafkaSettings,
        assignment: Assignment,
        *,
        seconds: float,
        drain_seconds: float,
        clock: Clock,
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        self._group = group
        self._assignment = assignment
        self._verdict = Verdict(seconds)
        self._unsettled = seconds + drain_seconds
        self._every = min(5.0, seconds / 4)
        self._clock = clock
        self._leave = leave
        self._loop = asyncio.get_running_loop()
        self._admin = AdminClient({**librdkafka(kafka), "client.id": f"{group}-watchdog", "log_level": 3})
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    async def stop(self) -> None:
        """Ends the thread, if it was started."""
        self._stopping.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            partitions = self._assignment.snapshot()
            try:
                ends = self._ends(partitions)
            except confluent_kafka.KafkaException as error:
                # a broker that is away must not look like a partition that stands still
                log.warning("end offsets unknown", error=str(error))
                self._look_around()
                continue
            now = self._clock.monotonic()
            stuck = self._verdict.judge(partitions, ends, now)
            self._measure(partitions, ends)
            since = self._assignment.unsettled_since
            if stuck or (since is not None and now - since > self._unsettled):
                self._bark(stuck, partitions)

    def _look_around(self) -> None:
        """Has the client learn anew who leads what: it would believe for minutes what was so before a broker failed."""
        try:
            self._admin.list_topics(timeout=_SECONDS)
        except confluent_kafka.KafkaException as error:
            log.warning("the broker does not answer", error=str(error))

    def _ends(self, partitions: Mapping[TP, Partition]) -> dict[TP, int]:
        if not partitions:
            self._admin.list_topics(timeout=_SECONDS)
            return {}
        asked = {confluent_kafka.TopicPartition(*tp): _LATEST for tp in partitions}
        answers = self._admin.list_offsets(asked, request_timeout=_SECONDS)
        return {TP(tp.topic, tp.partition): answer.result().offset for tp, answer in answers.items()}

    def _measure(self, partitions: Mapping[TP, Partition], ends: Mapping[TP, int]) -> None:
        for tp, partition in partitions.items():
            labels = (self._group, tp.topic, str(tp.partition))
            committed = position(partition)
            oldest_ms = partition.tracker.oldest_ms
            age = 0.0 if oldest_ms is None else self._clock.now() - oldest_ms / 1000
            metrics.COMMITTED_OFFSET.labels(*labels).set(committed)
            metrics.END_OFFSET.labels(*labels).set(ends[tp])
            metrics.LAG_RECORDS.labels(*labels).set(max(0, ends[tp] - committed))
            metrics.LAG_SECONDS.labels(*labels).set(max(age, self._verdict.behind(tp, self._clock.monotonic())))

    def _bark(self, stuck: Mapping[TP, float], partitions: Mapping[TP, Partition]) -> None:
        metrics.WATCHDOG_EXITS.labels(self._group).inc()
        for tp, seconds in stuck.items():
            log.error(
                "partition stands still",
                topic=tp.topic,
                partition=tp.partition,
                seconds=round(seconds, 1),
                state=partitions[tp].describe(),
            )
        log.error(
            "watchdog ends the process",
            settled=self._assignment.unsettled_since is None,
            partitions=[each.describe() for each in partitions.values()],
        )
        for name, stack in stacks(self._loop).items():
            log.error("stack", of=name, stack=stack)
        sys.stderr.flush()
        self._leave(EXIT_CODE)


def stacks(loop: asyncio.AbstractEventLoop) -> dict[str, str]:
    """Where every thread and every task of the loop stands; may be called from any thread."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    found = {
        f"thread {names.get(ident, ident)}": "".join(traceback.format_stack(frame))
        for ident, frame in sys._current_frames().items()
    }
    for task in asyncio.all_tasks(loop):
        lines = [line for frame in task.get_stack() for line in traceback.format_stack(frame, limit=1)]
        found[f"task {task.get_name()}"] = "".join(lines)
    return found
