"""Figures from a broker's positions and timestamps."""

import pytest

from backoffice.catalogue.live import MINUTES, Live
from runtime.clock import ManualClock
from tests.catalogue.registers import FakeBroker, visits

pytestmark = pytest.mark.unit

TOPIC = visits(partitions=2)
# the middle of a minute
NOW = 28_000_000 * 60 + 30


def broker_with(*ages: float) -> FakeBroker:
    """Records of those ages in seconds, in two partitions by turns."""
    times = sorted(int((NOW - age) * 1000) for age in ages)
    return FakeBroker({(TOPIC.name, number): times[number::2] for number in (0, 1)})


async def test_age_volume_and_minutes() -> None:
    live = Live(broker_with(3, 4, 40, 95, 100, 60 * 29, 60 * 45), [TOPIC], ManualClock(NOW))
    found = await live.figures(TOPIC.name)
    assert (found.state, found.age_seconds, found.records) == ("ok", 3.0, 7)
    assert len(found.minutes) == MINUTES
    assert list(found.minutes[-3:]) == [2, 1, 2]
    assert found.minutes[0] == 1
    assert sum(found.minutes) == 6
    assert found.per_minute == pytest.approx(5 / 4.5)


async def test_records_that_retention_took_are_not_counted() -> None:
    broker = broker_with(3, 4)
    broker.first = 100
    found = await Live(broker, [TOPIC], ManualClock(NOW)).figures(TOPIC.name)
    assert (found.records, sum(found.minutes)) == (2, 2)


async def test_an_empty_topic_has_no_age_and_an_absent_one_says_so() -> None:
    empty = Live(broker_with(), [TOPIC], ManualClock(NOW))
    found = await empty.figures(TOPIC.name)
    assert (found.state, found.age_seconds, found.records, set(found.minutes)) == ("ok", None, 0, {0})
    assert (await Live(FakeBroker(), [TOPIC], ManualClock(NOW)).figures(TOPIC.name)).state == "absent"


async def test_new_records_are_seen_and_finished_minutes_are_not_asked_again() -> None:
    clock, broker = ManualClock(NOW), broker_with(3, 200, 2000)
    live = Live(broker, [TOPIC], clock)
    before = await live.figures(TOPIC.name)
    first = broker.asked
    clock.advance(5)
    broker.logs[TOPIC.name, 0].append(int(clock.now() * 1000))
    after = await live.figures(TOPIC.name)
    assert (after.age_seconds, after.minutes[-1]) == (0.0, before.minutes[-1] + 1)
    assert broker.asked - first < first


async def test_many_viewers_ask_the_broker_once() -> None:
    clock, broker = ManualClock(NOW), broker_with(3)
    live = Live(broker, [TOPIC], clock)
    await live.figures(TOPIC.name)
    asked = broker.asked
    await live.figures(TOPIC.name)
    assert broker.asked == asked


async def test_a_broker_that_is_away_is_said_left_alone_and_taken_back() -> None:
    clock, broker = ManualClock(NOW), broker_with(3)
    live = Live(broker, [TOPIC], clock)
    broker.away = True
    assert (await live.figures(TOPIC.name)).state == "away"
    assert await live.ages() is None
    assert broker.asked == 1
    broker.away = False
    clock.advance(4)
    assert (await live.figures(TOPIC.name)).state == "ok"
    assert await live.ages() == {TOPIC.name: 7.0}


async def test_without_a_broker_the_answer_is_away() -> None:
    live = Live(None, [TOPIC])
    assert (await live.figures(TOPIC.name)).state == "away"
    with pytest.raises(KeyError):
        await live.figures("unknown")
