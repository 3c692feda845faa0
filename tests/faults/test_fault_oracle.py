"""The oracle says nothing of a world that is right, and names each thing that is not."""

from collections.abc import Callable

import pytest

from tests.faults.changes import Change
from tests.faults.facts import Event, Facts
from tests.faults.oracle import Letter, judge
from tests.faults.slot import lost
from tests.faults.watch import Seen

pytestmark = pytest.mark.unit
GROUP = "run.bigquery"
LETTER: Letter = (GROUP, "cdc.run.public.offers", 0, 2, "null-key")
MADE = [Change(1, "insert", (), (("offers", (7,)),)), Change(2, "update", (), (("offers", (7,)),))]


def world() -> Facts:
    """Two changes of one offer, a poison record after them, and a product in the index."""
    facts = Facts(letters={LETTER})
    facts.topic = {
        ("offers", 0, 0): Event((7,), 100, "c", 1),
        ("offers", 0, 1): Event((7,), 200, "u", 2),
        ("offers", 0, 2): None,
    }
    facts.history = [(("offers", 0, 0), 100, "c"), (("offers", 0, 1), 200, "u")]
    facts.source = {"offers": {(7,): {"id": 7, "price": 2}}}
    facts.current = {"offers": [((7,), {"id": 7, "price": 2})]}
    facts.documents = {1: {"name": "Dipirona"}}
    facts.points = {1: {"name": "Dipirona"}}
    return facts


def test_all_is_well() -> None:
    assert judge(world(), MADE, {LETTER}, GROUP) == []


WRONGS: dict[str, Callable[[Facts], object]] = {
    "the history has more than once": lambda facts: facts.history.append(facts.history[0]),
    "the history lacks": lambda facts: facts.history.pop(),
    "the history has what is in no topic": lambda facts: facts.history.append((("offers", 0, 2), 300, "u")),
    "another version or operation": lambda facts: facts.history.__setitem__(1, (("offers", 0, 1), 100, "u")),
    "the topics lack the changes": lambda facts: facts.topic.__setitem__(("offers", 0, 1), Event((7,), 200, "u", 1)),
    "offers_current lacks": lambda facts: facts.current["offers"].clear(),
    "offers_current has more than once": lambda facts: facts.current["offers"].append(facts.current["offers"][0]),
    "offers_current still has": lambda facts: facts.source["offers"].clear(),
    "offers_current is another": lambda facts: facts.source["offers"].__setitem__((7,), {"id": 7, "price": 3}),
    "the index lacks": lambda facts: facts.points.clear(),
    "the index still has": lambda facts: facts.documents.clear(),
    "product 1 in the index": lambda facts: facts.documents.__setitem__(1, {"name": "Dipirona n2"}),
    "no dead letter of": lambda facts: facts.letters.clear(),
    "dead letters that should not be there": lambda facts: facts.letters.add((GROUP, "other", 0, 0, "null-key")),
    "went back": lambda facts: facts.back.append("offers went back"),
}


@pytest.mark.parametrize("sentence", WRONGS)
def test_each_wrong_is_named(sentence: str) -> None:
    facts = world()
    WRONGS[sentence](facts)
    assert any(sentence in found for found in judge(facts, MADE, {LETTER}, GROUP))


def test_a_change_that_postgres_forgot_needs_no_event() -> None:
    facts = world()
    facts.topic["offers", 0, 1] = Event((7,), 200, "u", None)
    assert judge(facts, MADE, {LETTER}, GROUP, lost=range(2, 3)) == []
    assert judge(facts, MADE, {LETTER}, GROUP, lost=range(3, 9)) != []


def test_what_may_be_lost_with_a_slot_lies_between_the_stream_and_the_snapshot() -> None:
    facts = world()
    assert lost(facts, 9) == range(0)
    facts.topic["offers", 0, 3] = Event((8,), 500, "r", 7)
    facts.topic["offers", 0, 4] = Event((8,), 600, "u", 8)
    assert lost(facts, 9) == range(3, 10)


def test_a_row_goes_back() -> None:
    seen = Seen("offers_current")
    seen.look({7: (100, 1)})
    seen.look({7: (200, 2)})
    assert seen.back == []
    seen.look({7: (100, 1)})
    assert len(seen.back) == 1


def test_a_deleted_row_comes_back_only_with_a_newer_version() -> None:
    seen = Seen("offers_current")
    seen.look({7: (100, 1)})
    seen.look({})
    seen.look({7: (300, 3)})
    assert seen.back == []
    seen.look({})
    seen.look({7: (300, 3)})
    assert len(seen.back) == 1
