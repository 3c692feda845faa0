"""Who consumes a topic, by the real broker."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from runtime.clock import ManualClock
from runtime.contracts import run
from runtime.contracts_history import Repository
from runtime.contracts_usage import Standing, blind, consumer, usage
from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings, load
from runtime.topics import apply
from schemas.contract import Contracts
from tests.contracts.checkout import Checkout
from tests.contracts.parcels import TOPIC, register
from tests.runtime.fakes import counted

pytestmark = pytest.mark.broker


@pytest.fixture
def kafka(stack: object) -> KafkaSettings:
    return load(KafkaSettings)


@pytest.fixture
def topic(kafka: KafkaSettings) -> str:
    """A topic with three records in its one partition."""
    made = counted(f"test.{uuid.uuid4().hex[:12]}", partitions=1)
    apply(kafka, [made])
    producer = Producer(librdkafka(kafka))
    for number in range(3):
        producer.produce(made.name, str(number).encode())
    assert producer.flush(30) == 0
    return made.name


@pytest.fixture
def group() -> str:
    return f"test-{uuid.uuid4().hex[:12]}"


def commit(kafka: KafkaSettings, topic: str, group: str, offset: int) -> None:
    """A commit of a consumer that has gone again."""
    gone = Consumer({**librdkafka(kafka), "group.id": group, "enable.auto.commit": False})
    gone.commit(offsets=[TopicPartition(topic, 0, offset)], asynchronous=False)
    gone.close()


def test_a_topic_that_nobody_consumed_has_no_consumers(kafka: KafkaSettings, topic: str) -> None:
    assert usage(kafka, [topic])[topic].consumers == ()


def test_a_group_that_committed_and_left_is_named(kafka: KafkaSettings, topic: str, group: str) -> None:
    commit(kafka, topic, group, 2)
    (found,) = usage(kafka, [topic])[topic].consumers
    assert found.group == group
    assert "has committed offsets, which the broker keeps for" in found.because
    assert f"the newest record it took was written on {datetime.now(UTC).date().isoformat()}" in found.because


def test_a_group_that_took_nothing_yet_is_named_too(kafka: KafkaSettings, topic: str, group: str) -> None:
    commit(kafka, topic, group, 0)
    (found,) = usage(kafka, [topic])[topic].consumers
    assert found.group == group
    assert "newest record" not in found.because


def test_a_member_that_committed_nothing_yet_is_named(kafka: KafkaSettings, topic: str, group: str) -> None:
    member = Consumer(
        {**librdkafka(kafka), "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest"}
    )
    member.subscribe([topic])
    try:
        assert member.poll(30) is not None
        (found,) = usage(kafka, [topic])[topic].consumers
    finally:
        member.close()
    assert (found.group, found.because) == (group, "reads it now")


def test_a_group_whose_offsets_were_deleted_is_gone(kafka: KafkaSettings, topic: str, group: str) -> None:
    commit(kafka, topic, group, 2)
    # kept in a name: the answers of a client that is gone never come
    admin = AdminClient(librdkafka(kafka))
    for answer in admin.delete_consumer_groups([group], request_timeout=30).values():
        answer.result(30)
    assert usage(kafka, [topic])[topic].consumers == ()


def test_a_topic_the_broker_does_not_have_is_consumed_by_nobody(kafka: KafkaSettings) -> None:
    (found,) = usage(kafka, ["test.never-was"]).values()
    assert (found.consumers, found.blind) == ((), "")


def test_a_broker_that_does_not_answer_ends_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.contracts_usage._SECONDS", 1)
    with pytest.raises(UserError, match="does not say who consumes"):
        usage(KafkaSettings(bootstrap_servers="127.0.0.1:9"), ["any"])


def test_a_broker_that_forgets_within_thirty_days_says_so() -> None:
    assert blind(timedelta(days=30)) == ""
    assert blind(timedelta(days=7)).startswith("the broker forgets a group's offsets after 7 days")
    assert "offsets.retention.minutes to 43200" in blind(timedelta(days=29))


def test_the_reason_holds_the_days() -> None:
    said = consumer(Standing("g", False, {0: 5}), timedelta(days=30), datetime(2027, 1, 2, tzinfo=UTC).timestamp())
    assert said.because == (
        "has committed offsets, which the broker keeps for 30 days at most; "
        "the newest record it took was written on 2027-01-02"
    )


def test_the_check_names_who_still_consumes_a_removed_topic(
    kafka: KafkaSettings, topic: str, group: str, checkout: Checkout
) -> None:
    commit(kafka, topic, group, 2)
    clock = ManualClock()
    ended = datetime.fromtimestamp(clock.now(), UTC).date() - timedelta(days=1)
    contract = replace(register(public=True).topics[TOPIC], name=topic, sunset=ended)
    checkout.commit(Contracts({topic: contract}))
    found = run(Repository(checkout.root), "HEAD", Contracts({}), broker=kafka, clock=clock)
    (difference,) = found.compared[0].differences
    assert not found.acceptable
    assert difference.breaks == (group,)
    assert f"the group {group} has committed offsets" in difference.why
    assert "the broker was not asked" not in difference.why
