"""The platform's own hops under load: commit to queryable at 200 changes a second, message to reply."""

import asyncio
import time
from collections.abc import Mapping

from bench.results import Result
from bench.sustained import settled
from deploy.demo.changes import change_timer
from deploy.demo.contacts import contacts
from deploy.demo.conversation import Conversation
from deploy.demo.samples import Samples, percentile
from deploy.demo.traffic import traffic

_RATE = 200
_SECONDS = 60
_WARM_SECONDS = 20
_EXCHANGES = 200
_QUESTIONS = (
    "cadê meu pedido?",
    "tem dipirona 500 mg?",
    "quanto custa losartana 50 mg?",
    "bom dia, qual o prazo de entrega?",
)
"""Whole questions: after a greeting alone the agent waits 1.5 s for what is to follow (``agents.customer``)."""


def run(environment: Mapping[str, str], simulator_url: str) -> dict[str, Result]:
    """Measure on a running platform; blocks for about three minutes, longer when its snapshot is still under way."""
    asyncio.run(_through())
    with traffic(_RATE, environment):
        samples = asyncio.run(_changes())
    replies = asyncio.run(_replies(simulator_url))
    summary = samples.summary()
    bigquery = samples.by_hop["commit_to_bigquery_ms"]
    return {
        f"commit to queryable in BigQuery at {_RATE} changes/s, p95": _latency(
            bigquery, samples.missed["commit_to_bigquery_ms"], 700
        ),
        f"commit to topic at {_RATE} changes/s, p95": _latency(
            samples.by_hop["commit_to_topic_ms"], samples.missed["commit_to_topic_ms"], None
        ),
        f"commit to searchable in Qdrant at {_RATE} changes/s, p95": _latency(
            samples.by_hop["commit_to_qdrant_ms"], int(summary["commit_to_qdrant_ms"].get("missed") or 0), None
        ),
        "message to reply with the offline understanding, p95": _latency(replies[0], replies[1], 300),
    }


def _latency(values: list[float], missed: int, limit: float | None) -> Result:
    p95 = percentile(values, 0.95)
    return Result(
        value=round(p95, 1),
        unit="ms",
        target=None if limit is None else f"< {limit:.0f} ms",
        met=None if limit is None else p95 < limit and not missed,
        detail={
            "p50": round(percentile(values, 0.5), 1),
            "p99": round(percentile(values, 0.99), 1),
            "n": len(values),
            "missed": missed,
        },
    )


async def _through() -> None:
    async with change_timer() as timer:
        await settled(timer)


async def _changes() -> Samples:
    samples = Samples()
    async with change_timer() as timer:
        start = time.perf_counter()
        while (elapsed := time.perf_counter() - start) < _WARM_SECONDS + _SECONDS:
            timing = await timer.measure()
            if elapsed >= _WARM_SECONDS:
                samples.add("commit_to_topic_ms", timing.topic)
                samples.add("commit_to_bigquery_ms", timing.bigquery)
                samples.add("commit_to_qdrant_ms", timing.qdrant)
    return samples


async def _replies(simulator_url: str) -> tuple[list[float], int]:
    found: list[float] = []
    missed = 0
    async with Conversation(simulator_url) as conversation:
        writers = await contacts()
        for number in range(_EXCHANGES):
            question = _QUESTIONS[number % len(_QUESTIONS)]
            exchange = await conversation.ask(writers[number % len(writers)], question)
            if exchange.milliseconds is None:
                missed += 1
            else:
                found.append(exchange.milliseconds)
    return found, missed
