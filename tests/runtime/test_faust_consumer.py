"""What our consumer changes of Faust's: commits that fail, stale fetches, gaps, what an app brings with it."""

import inspect
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.consumer import fetcher as fetcher_module
from aiokafka.errors import CommitFailedError, KafkaConnectionError
from aiokafka.structs import TopicPartition

from runtime import faust
from runtime.assignment import TP
from runtime.faust_consumer import BatchConsumer
from runtime.faust_thread import ConsumerThread
from runtime.processor import Committed
from runtime.settings import KafkaSettings, RuntimeSettings
from runtime.tracker import Tracker
from tests.runtime.fakes import Raw

pytestmark = pytest.mark.unit

ONE = TP("orders", 0)


class Held:
    """A partition with offsets 0 to 9 done, as a consumer's assignment."""

    def __init__(self) -> None:
        self.tracker = Tracker()
        self.tracker.take(0, 9, 0)
        self.tracker.finish(0, "stream-7")

    def committable(self) -> dict[TP, Committed]:
        found = self.tracker.committable()
        return {} if found is None else {ONE: found}

    def __getitem__(self, tp: TP) -> "Held":
        return self


def consumer(held: Held, commit: Any) -> BatchConsumer:
    return cast(
        BatchConsumer,
        SimpleNamespace(
            assignment_of_app=held,
            _thread=SimpleNamespace(commit_all=commit),
            app=SimpleNamespace(conf=SimpleNamespace(id="balcao.test")),
        ),
    )


@pytest.mark.parametrize("error", [CommitFailedError("already rebalanced"), KafkaConnectionError("away")])
async def test_a_commit_that_fails_is_not_remembered_as_done(error: Exception) -> None:
    held = Held()
    sent: list[dict[TP, Committed]] = []

    async def commit(offsets: dict[TP, Committed]) -> None:
        sent.append(offsets)
        if len(sent) == 1:
            raise error

    ours = consumer(held, commit)
    assert await BatchConsumer.force_commit(ours) is False
    assert held.tracker.committed is None
    assert await BatchConsumer.force_commit(ours) is True
    assert sent == [{ONE: Committed(10, "stream-7")}] * 2
    assert await BatchConsumer.force_commit(ours) is False
    assert len(sent) == 2


async def test_a_fetch_that_outlived_a_rebalance_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    tp, gone = TopicPartition("orders", 0), TopicPartition("orders", 1)
    ours = SimpleNamespace(flow=1)
    sought: list[tuple[TopicPartition, int]] = []
    kafka = SimpleNamespace(
        _subscription=SimpleNamespace(is_assigned=lambda each: each == tp),
        seek=lambda each, offset: sought.append((each, offset)),
    )

    async def fetch(*_: Any) -> dict[TopicPartition, list[Raw]]:
        ours.flow += rebalances
        return {tp: [Raw(5), Raw(6)], gone: [Raw(1)]}

    monkeypatch.setattr(ConsumerThread.__bases__[0], "_fetch_records", fetch)
    thread = ConsumerThread.__new__(ConsumerThread)
    thread.consumer = ours
    rebalances = 0
    assert set(await thread._fetch_records(kafka, {tp})) == {tp, gone}
    assert sought == []
    rebalances = 1
    assert await thread._fetch_records(kafka, {tp}) == {}
    assert sought == [(tp, 5)]


async def test_the_app_brings_no_topics_tables_web_server_or_producer_of_its_own() -> None:
    app = faust.application("balcao.test", KafkaSettings(bootstrap_servers="localhost:1"), RuntimeSettings())
    assert not app.conf.web_enabled
    assert app.conf.topic_disable_leader
    assert not app.conf.topic_allow_declare
    services = {type(service).__name__ for service in app.boot_strategy.server()}
    assert not services & {"Producer", "Web", "LeaderAssignor", "ReplyConsumer"}
    assert app.consumer_options["auto_offset_reset"] == "earliest"
    assert app.consumer_options["max_poll_interval_ms"] <= 300_000


async def test_a_batch_leaves_no_gap_that_counts_as_acknowledged() -> None:
    app = faust.application("balcao.test", KafkaSettings(bootstrap_servers="localhost:1"), RuntimeSettings())
    ours = app.consumer
    await ours._add_gap(ONE, 0, 100)
    assert not ours._gap
    ours._read_offset[cast(Any, ONE)] = 100
    assert ours._read_offset[cast(Any, ONE)] is None


def test_records_gather_in_the_broker_within_a_pace_and_never_after_a_quiet_time() -> None:
    fetcher = SimpleNamespace(_fetch_min_bytes=1, _fetch_max_wait_ms=100)
    thread = ConsumerThread.__new__(ConsumerThread)
    thread.__dict__.update(
        _consumer=SimpleNamespace(_fetcher=fetcher),
        app=SimpleNamespace(consumer_options={"fetch_max_wait_ms": 100}),
    )
    ours = BatchConsumer.__new__(BatchConsumer)
    ours._thread = thread
    ours._fetched = time.monotonic()
    assert ours._gather(0.2)
    assert fetcher._fetch_min_bytes > 100_000
    assert fetcher._fetch_max_wait_ms == 50
    assert ours._gather(30)
    assert fetcher._fetch_max_wait_ms == 100, "never longer than a partition that got room may wait"
    ours._fetched = time.monotonic() - 1
    assert not ours._gather(0.2)
    assert (fetcher._fetch_min_bytes, fetcher._fetch_max_wait_ms) == (1, 100)
    assert not ours._gather(0.0), "a station without a pace fetches each record at once"


async def test_aiokafka_reads_what_to_wait_for_anew_for_each_fetch() -> None:
    app = faust.application("balcao.test", KafkaSettings(bootstrap_servers="localhost:1"), RuntimeSettings())
    source = inspect.getsource(fetcher_module.Fetcher._get_actions_per_node)
    assert "self._fetch_min_bytes" in source
    assert "self._fetch_max_wait_ms" in source
    assert app.consumer_options["fetch_max_wait_ms"] == 100
