"""Which letters are meant, and what counts as one letter."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from runtime.dead_letter import DeadLetter
from runtime.errors import UserError
from runtime.letters.letter import Letter, Pile, Place, Selection, newest_of_each, piles
from runtime.letters.shelf import Shelf

pytestmark = pytest.mark.unit
MS = 1_700_000_000_000
SAID = DeadLetter("undecodable", "why", "orders", 2, 7, MS, "balcao.bigquery", 1)


def letter(at: int = 0, *, minute: int = 0, **said: object) -> Letter:
    return Letter(at, MS + minute * 60_000, replace(SAID, **said), b"k", None, {})  # type: ignore[arg-type]


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(MS / 1000 + minute * 60, UTC)


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(refs=frozenset({"orders@0"})), True),
        (Selection(refs=frozenset({"orders@1"})), False),
        (Selection(cause="undecodable", group="balcao.bigquery", topic="orders", partition=2), True),
        (Selection(cause="null-key"), False),
        (Selection(group="balcao.streams"), False),
        (Selection(topic="offers"), False),
        (Selection(partition=1), False),
        (Selection(offsets=(7, 7)), True),
        (Selection(offsets=(0, 6)), False),
        (Selection(since=moment(0), until=moment(1)), True),
        (Selection(since=moment(1)), False),
        (Selection(until=moment(0)), False),
        (Selection(key="42"), True),
        (Selection(key='{"id": 42}'), True),
        (Selection(key="43"), False),
    ],
)
def test_each_criterion_narrows(selection: Selection, taken: bool) -> None:
    assert selection.takes(letter(), {"id": 42}) is taken


def test_letters_of_one_place_are_one_letter_and_the_edited_one_counts() -> None:
    first, edited, copy = letter(0), letter(1, edit=1), letter(2)
    assert newest_of_each([first, edited, copy]) == {first.place: edited}
    other = letter(3, group="balcao.streams")
    assert set(newest_of_each([first, other])) == {first.place, other.place}


def test_what_never_was_in_the_topic_is_told_apart_by_its_letter() -> None:
    one, two = letter(4, partition=-1, offset=-1), letter(5, partition=-1, offset=-1)
    assert len(newest_of_each([one, two])) == 2
    assert not one.returnable


def test_piles_count_and_span() -> None:
    found = piles([letter(0), letter(1, offset=8, minute=5), letter(2, cause="null-key", offset=9)])
    assert found[0] == Pile("undecodable", "orders", "balcao.bigquery", 2, MS, MS + 300_000, "orders@0")
    assert [pile.count for pile in found] == [2, 1]


def test_a_letter_waits_until_it_was_sent_back_or_discarded_and_again_when_it_failed_again() -> None:
    one, again = letter(0), letter(1, round=1)
    shelf = Shelf({each.place: each for each in (one, again)}, {each.ref: each.place for each in (one, again)})
    assert shelf.waiting() == [one, again]
    shelf.sent.add(one.place)
    assert (shelf.waiting(), shelf.unrecorded()) == ([again], [one])
    shelf.decided[one.place] = "redriven"
    assert shelf.unrecorded() == []
    shelf.decided[again.place] = "edited"
    assert shelf.waiting() == [again]
    shelf.decided[again.place] = "discarded"
    assert shelf.waiting() == []


@pytest.mark.parametrize("ref", ["orders", "orders@x", "@3", "orders@99"])
def test_a_name_that_is_none_is_told_so(ref: str) -> None:
    with pytest.raises(UserError, match="dead letter"):
        Shelf({}, {}).find(ref)


def test_the_key_of_decisions_does_not_change_with_the_round() -> None:
    assert Place("orders", 2, 7, "g", 0).key == Place("orders", 2, 7, "g", 3).key == "g/orders/2/7"
