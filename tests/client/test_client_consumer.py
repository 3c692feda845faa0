"""When an event counts as handled, and what comes again."""

import threading
from collections.abc import Callable, Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

import confluent_kafka
import pytest
from balcao_events import BadRecord, BrokerError, Config, Consumer, Position, RecentIds, consume, topics
from balcao_events.records.catalog import PriceChanged
from balcao_events.registry import Registry
from confluent_kafka import KafkaError, KafkaException

from schemas.envelope import schema_of
from schemas.events import PRICE_CHANGED
from tests.client.fakes import Partition, record

pytestmark = pytest.mark.unit

CONFIG = Config(bootstrap="nowhere:1", registry="http://nowhere")


class HandlerError(Exception):
    """The subscriber's own."""


@pytest.fixture
def holds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Partition]]:
    """Makes the topic hold these events, given by their ids; bytes and ``None`` as they are."""
    monkeypatch.setattr(Registry, "schema", lambda self, schema_id: schema_of(PRICE_CHANGED))

    def make(*values: str | bytes | None) -> Partition:
        raw = [record(PRICE_CHANGED, id=value) if isinstance(value, str) else value for value in values]
        partition = Partition(PRICE_CHANGED.name, raw)
        monkeypatch.setattr(confluent_kafka, "Consumer", partition)
        return partition

    yield make


def consumer(**options: Any) -> Consumer[PriceChanged]:
    return Consumer(topics.PRICE_CHANGED, group="billing.prices", config=CONFIG, **options)


def test_an_event_is_committed_after_its_handler_not_before(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "b", "c")
    with consumer(commit_interval=0) as reader:
        before = [list(partition.committed) for _ in islice(reader, 3)]
    assert before == [[], [1], [1, 2]]
    assert partition.closed


def test_the_event_in_hand_at_an_exception_comes_again(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "b", "c")
    with pytest.raises(HandlerError):
        for event in consume(topics.PRICE_CHANGED, group="billing.prices", config=CONFIG):
            if event.id == "b":
                raise HandlerError
    assert partition.committed == [1]
    assert partition.closed
    again = consume(topics.PRICE_CHANGED, group="billing.prices", config=CONFIG)
    assert next(again).id == "b"


def test_the_same_consumer_gives_an_unhandled_event_again(holds: Callable[..., Partition]) -> None:
    holds("a", "b", "c")
    with consumer() as reader:
        for received in reader:
            if received.event.id == "b":
                break
        assert [found.event.id for found in islice(reader, 2)] == ["b", "c"]


def test_commit_before_a_break_counts_the_event_in_hand(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "b", "c")
    with consumer() as reader:
        for received in reader:
            if received.event.id == "b":
                reader.commit()
                break
        assert partition.committed == [2]
        assert next(iter(reader)).event.id == "c"


def test_stop_ends_the_loop_and_commits_the_event_in_hand(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "b", "c")
    stop = threading.Event()
    seen = []
    for event in consume(topics.PRICE_CHANGED, group="billing.prices", config=CONFIG, stop=stop):
        seen.append(event.id)
        if event.id == "b":
            stop.set()
    assert (seen, partition.committed) == (["a", "b"], [2])


def test_an_event_published_twice_is_given_once_and_both_are_committed(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "a", "b")
    with consumer() as reader:
        stream = iter(reader)
        assert [found.event.id for found in islice(stream, 2)] == ["a", "b"]
        reader.commit()
    assert partition.committed == [3]
    holds("a", "a", "b")
    with consumer(deduplicate=False) as reader:
        assert [found.event.id for found in islice(reader, 3)] == ["a", "a", "b"]


def test_an_event_whose_handler_failed_is_no_duplicate(holds: Callable[..., Partition]) -> None:
    holds("a", "b")
    mine = RecentIds()
    reader = consumer(deduplicate=mine)
    with pytest.raises(HandlerError):
        for _ in reader:
            raise HandlerError
    assert not mine.has("a", Position(PRICE_CHANGED.name, 0, 0))
    assert next(iter(reader)).event.id == "a"
    reader.close()


def test_a_bad_record_is_raised_again_and_again_until_there_is_a_policy(holds: Callable[..., Partition]) -> None:
    partition = holds("a", b"rubbish", "b")
    for _ in range(2):
        with pytest.raises(BadRecord), consumer() as reader:
            list(reader)
        assert partition.committed[-1] == 1
    bad: list[BadRecord] = []
    with consumer(on_bad=bad.append) as reader:
        stream = iter(reader)
        assert next(stream).event.id == "b"
        reader.commit()
    assert [(each.cause, each.position.offset) for each in bad] == [("wrong-magic-byte", 1)]
    assert partition.committed[-1] == 3


def test_a_callback_that_raises_keeps_the_bad_record(holds: Callable[..., Partition]) -> None:
    partition = holds("a", b"rubbish")

    def full(bad: BadRecord) -> None:
        raise HandlerError

    with pytest.raises(HandlerError), consumer(on_bad=full) as reader:
        list(reader)
    assert partition.committed == [1]


def test_a_batch_is_handled_when_it_is_committed(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "b", "a", "c", "d")
    with consumer() as reader:
        assert [found.event.id for found in reader.poll_batch(4)] == ["a", "b", "c"]
        assert partition.committed == []
        reader.commit()
        assert partition.committed == [4]
        assert [found.event.id for found in reader.poll_batch(4)] == ["d"]
    assert partition.committed == [4]


def test_a_batch_with_a_bad_record_is_given_whole_or_not_at_all(holds: Callable[..., Partition]) -> None:
    partition = holds("a", b"rubbish", "b")
    with consumer() as reader:
        with pytest.raises(BadRecord):
            reader.poll_batch(3)
        reader.commit()
        assert partition.committed == []
        assert [found.event.id for found in reader.poll_batch(1)] == ["a"]
        with pytest.raises(BadRecord):
            reader.poll_batch(3)
        reader.commit()
    assert partition.committed == [1]


def test_a_partition_taken_away_is_committed_first_and_then_left_alone(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "b")
    gone = [SimpleNamespace(partition=0)]
    with consumer() as reader:
        list(islice(reader, 2))
        reader.poll_batch(1)
        partition.handlers["on_revoke"](partition, gone)
        assert partition.committed == [1]
        reader.commit()
    assert partition.committed == [1]


def test_a_lost_partition_commits_nothing(holds: Callable[..., Partition]) -> None:
    partition = holds("a", "b")
    with consumer() as reader:
        list(islice(reader, 2))
        partition.handlers["on_lost"](partition, [SimpleNamespace(partition=0)])
    assert partition.committed == []


def test_a_commit_that_fails_is_tried_again_while_reading_and_raised_when_asked_for(
    holds: Callable[..., Partition], monkeypatch: pytest.MonkeyPatch
) -> None:
    partition = holds("a", "b", "c")

    def away(**_: Any) -> None:
        raise KafkaException(KafkaError(KafkaError.REQUEST_TIMED_OUT))

    with consumer(commit_interval=0) as reader:
        stream = iter(reader)
        with monkeypatch.context() as patch:
            patch.setattr(partition, "commit", away)
            list(islice(stream, 2))
            with pytest.raises(BrokerError):
                reader.commit()
        reader.commit()
    assert partition.committed == [2]


def test_a_password_that_is_refused_is_raised_not_waited_for(holds: Callable[..., Partition]) -> None:
    partition = holds()
    reader = consumer()
    stream = iter(reader)
    reader.poll_batch(1)
    partition.options["error_cb"](KafkaError(KafkaError._AUTHENTICATION))
    with pytest.raises(Exception, match="check the password"):
        next(stream)
    reader.close()


def test_the_groups_rules_are_the_consumers_own(holds: Callable[..., Partition]) -> None:
    partition = holds("a")
    with consumer(start="latest") as reader:
        reader.poll_batch(1)
    assert partition.options["enable.auto.commit"] is False
    assert partition.options["auto.offset.reset"] == "latest"
    with pytest.raises(BrokerError, match="closed"):
        reader.poll_batch(1)


def test_recent_ids_forget_the_oldest_of_a_partition() -> None:
    recent = RecentIds(2)
    here, there = Position("t", 0, 0), Position("t", 1, 0)
    for event_id in ("a", "b", "a", "c"):
        recent.add(event_id, here)
    assert [event_id for event_id in "abc" if recent.has(event_id, here)] == ["a", "c"]
    assert not recent.has("a", there)
