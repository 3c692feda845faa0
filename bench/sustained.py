"""Commit to queryable at a rate that lasts, with each process's memory; and a single change on an idle stack."""

import asyncio
import contextlib
import time
from collections.abc import Mapping

from bench.memory import Memory
from bench.results import Result
from deploy.demo.changes import ChangeTimer, change_timer
from deploy.demo.counts import TopicCounts
from deploy.demo.samples import Samples, percentile
from deploy.demo.traffic import traffic
from deploy.local.stack import Stack
from runtime.settings import KafkaSettings, load

RATE, SECONDS = 500, 300
_WARM_SECONDS = 40
_FLAT_AFTER_SHARE = 0.4
_P95_MS, _P99_MS = 800, 2000
_RATE_REACHED = 0.97
_SINGLE, _SINGLE_MS = 60, 150
_SINGLE_PAUSE = 0.01
_INDEX_PAUSE = 0.25
_BETWEEN_SECONDS = 1.0
_SETTLE_SECONDS, _QUICK_ONES, _QUICK_MS = 180, 10, 1000


def run(stack: Stack, environment: Mapping[str, str], *, seconds: float = SECONDS) -> dict[str, Result]:
    """Measure on a running platform whose settings are in the environment; blocks for ``seconds`` and two minutes."""
    single = asyncio.run(_single())
    memory = Memory()
    with traffic(RATE, environment):
        samples, rate = asyncio.run(_under_load(stack, memory, seconds))
    hop = "commit_to_bigquery_ms"
    found = samples.by_hop["commit_to_qdrant_ms"]
    values, missed = samples.by_hop[hop], samples.missed[hop]
    p95, p99 = percentile(values, 0.95), percentile(values, 0.99)
    slopes = memory.slopes(since=_WARM_SECONDS + seconds * _FLAT_AFTER_SHARE)
    steepest = max(slopes, key=lambda program: slopes[program])
    return {
        "one change on an idle stack, commit to queryable, p50": Result(
            value=round(percentile(single, 0.5), 1),
            unit="ms",
            target=f"< {_SINGLE_MS} ms",
            met=percentile(single, 0.5) < _SINGLE_MS,
            detail={"p95": round(percentile(single, 0.95), 1), "n": len(single)},
        ),
        f"commit to queryable in BigQuery at {RATE} changes/s for {seconds:.0f} s, p95": Result(
            value=round(p95, 1),
            unit="ms",
            target=f"< {_P95_MS} ms, p99 < {_P99_MS} ms, none missed, at the whole rate",
            met=p95 < _P95_MS and p99 < _P99_MS and not missed and rate >= RATE * _RATE_REACHED,
            detail={
                "p50": round(percentile(values, 0.5), 1),
                "p99": round(p99, 1),
                "n": len(values),
                "missed": missed,
                "captured changes a second": round(rate, 1),
                "to Qdrant, p50": round(percentile(found, 0.5), 1),
                "to Qdrant, p95": round(percentile(found, 0.95), 1),
                "overwritten before Qdrant was seen to show it": samples.missed["commit_to_qdrant_ms"],
            },
        ),
        f"memory at {RATE} changes/s, the steepest of {len(slopes)} processes": Result(
            value=round(slopes[steepest], 2),
            unit=f"MiB/min ({steepest})",
            detail={program: round(value, 2) for program, value in sorted(slopes.items())},
        ),
    }


async def _single() -> list[float]:
    """Milliseconds of changes made one at a time, with nothing else going on."""
    found: list[float] = []
    async with change_timer(pause=_SINGLE_PAUSE) as timer:
        await settled(timer)
        while len(found) < _SINGLE:
            timing = await timer.measure()
            if timing.bigquery is None:
                raise RuntimeError("a change on an idle stack was not seen in BigQuery within 15 s")
            found.append(timing.bigquery)
            await asyncio.sleep(_BETWEEN_SECONDS)
    return found


async def settled(timer: ChangeTimer) -> None:
    """Until the snapshot is through: several changes in a row are seen within a second."""
    quick = 0
    async with asyncio.timeout(_SETTLE_SECONDS):
        while quick < _QUICK_ONES:
            timing = await timer.measure()
            quick = quick + 1 if timing.bigquery is not None and timing.bigquery < _QUICK_MS else 0


async def _under_load(stack: Stack, memory: Memory, seconds: float) -> tuple[Samples, float]:
    samples = Samples()
    counts = TopicCounts(load(KafkaSettings))
    watch = asyncio.create_task(memory.watch(stack))
    try:
        async with change_timer(index_pause=_INDEX_PAUSE) as timer:
            started = time.perf_counter()
            before = None
            while (elapsed := time.perf_counter() - started) < _WARM_SECONDS + seconds:
                timing = await timer.measure()
                if elapsed < _WARM_SECONDS:
                    continue
                before = before or (time.perf_counter(), (await asyncio.to_thread(counts.read)).captured)
                samples.add("commit_to_topic_ms", timing.topic)
                samples.add("commit_to_bigquery_ms", timing.bigquery)
                samples.add("commit_to_qdrant_ms", timing.qdrant)
            assert before is not None
            captured = (await asyncio.to_thread(counts.read)).captured
            rate = (captured - before[1]) / (time.perf_counter() - before[0])
    finally:
        counts.close()
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
    return samples, rate
