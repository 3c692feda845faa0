"""What people type: topics, teams, times. A wrong one is answered with one sentence that helps."""

from datetime import UTC, datetime, timedelta

import pytest

from runtime.access_names import moment, public_topic, team
from runtime.errors import UserError
from schemas.events import ORDER_PLACED
from schemas.topics import INBOUND

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_public_topic_is_found() -> None:
    assert public_topic(ORDER_PLACED.name) is ORDER_PLACED


def test_a_mistyped_topic_is_answered_with_near_ones() -> None:
    with pytest.raises(UserError, match=rf"no topic .*near it: .*{ORDER_PLACED.name}"):
        public_topic(ORDER_PLACED.name.replace("placed", "plced"))


def test_a_part_of_a_name_is_answered_with_those_that_have_it() -> None:
    with pytest.raises(UserError, match=r"near it: shipments\.delayed"):
        public_topic("shipments")


def test_an_internal_topic_is_not_for_subscribing() -> None:
    with pytest.raises(UserError, match=rf"{INBOUND.name} is internal"):
        public_topic(INBOUND.name)


def test_an_unknown_team_is_answered_with_near_ones() -> None:
    with pytest.raises(UserError, match=r"no team 'logistic'; near it: logistics"):
        team("logistic")
    with pytest.raises(UserError, match=r"there are: billing, .*pricing"):
        team("zzz")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("15m", NOW - timedelta(minutes=15)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("2026-11-21T10:00-03:00", datetime(2026, 11, 21, 13, tzinfo=UTC)),
        ("2026-11-21T10:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21T10:00", datetime(2026, 11, 21, 10).astimezone(UTC)),
    ],
)
def test_times(text: str, expected: datetime) -> None:
    assert moment(text, now=NOW) == expected


@pytest.mark.parametrize("text", ["", "ontem", "2026-13-01", "25:00", "1w", "99999999999d", "-5m"])
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UserError, match="is no time: write"):
        moment(text, now=NOW)
