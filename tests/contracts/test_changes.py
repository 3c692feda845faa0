"""The table of changes: each is judged as it should be, for public and for internal topics, and says why."""

import json
from dataclasses import replace

import pytest

from schemas.compatibility.compare import Compared, compare
from schemas.compatibility.report import document, lines
from schemas.compatibility.verdict import Difference, First, Verdict, worst
from schemas.contract import Contracts
from tests.contracts.attribute_changes import ATTRIBUTE_CHANGES
from tests.contracts.change import Change, named
from tests.contracts.parcels import TODAY, TOPIC, field, noted, of, register
from tests.contracts.schema_changes import SCHEMA_CHANGES

pytestmark = pytest.mark.unit

CHANGES = SCHEMA_CHANGES + ATTRIBUTE_CHANGES


def registers(change: Change, *, public: bool) -> tuple[Contracts, Contracts]:
    old = change.before(register(public=public))
    if change.older is not None:
        old = replace(old, history={TOPIC: (change.older(old).topics[TOPIC].schema,)})
    return old, noted(change.edit)(old)


def judged(change: Change, *, public: bool) -> Compared:
    (found,) = compare(*registers(change, public=public), today=TODAY)
    return found


def told(found: Compared, words: str) -> Difference:
    fitting = [each for each in found.differences if words in each.what]
    assert fitting, f"{words!r} is not among {[each.what for each in found.differences]}"
    return fitting[0]


@pytest.mark.parametrize("change", CHANGES, ids=named)
def test_a_public_topic(change: Change) -> None:
    found = judged(change, public=True)
    assert found.verdict is change.public
    difference = told(found, change.says)
    assert difference.verdict is change.public
    assert difference.first is change.first
    assert change.because in difference.why
    assert set(difference.breaks) == set(change.breaks)


@pytest.mark.parametrize("change", CHANGES, ids=named)
def test_an_internal_topic(change: Change) -> None:
    assert judged(change, public=False).verdict is change.internal


def test_the_table_is_as_long_as_promised_and_its_rows_are_different() -> None:
    assert len(CHANGES) == len({change.name for change in CHANGES}) >= 30


@pytest.mark.parametrize("public", [True, False])
def test_no_change_is_no_difference(public: bool) -> None:
    old = register(public=public)
    assert compare(old, register(public=public), today=TODAY) == ()
    assert list(lines(())) == ["the register says what it said: nothing changed"]


@pytest.mark.parametrize("change", [c for c in SCHEMA_CHANGES if c.public is Verdict.BREAKING], ids=named)
def test_every_refusal_says_what_to_do_instead(change: Change) -> None:
    assert all(each.remedy for each in judged(change, public=True).differences if each.verdict is Verdict.BREAKING)


def test_the_report_reads_as_sentences() -> None:
    change = next(each for each in CHANGES if each.name == "an enum symbol added")
    old = register(public=True)
    (found,) = compare(old, change.edit(old), today=TODAY)
    assert list(lines([found])) == [
        f"{TOPIC} (public, FULL_TRANSITIVE): breaking",
        "  breaking: `status` gained the symbol `lost`, which sinks.parcels, billing and logistics read",
        "    why: whoever has not deployed cannot read later records: "
        "the reader does not know `lost` and has no default symbol",
        "    breaks sinks.parcels, billing, logistics; it would need consumers to deploy first",
        "    instead: Keep it as it was, and publish parcels.sent.v2 for what is new.",
        "1 topic changed: 1 breaking",
    ]
    (told_to_programs,) = document([found])
    assert told_to_programs["differences"][0]["breaks"] == ["sinks.parcels", "billing", "logistics"]


def test_the_worst_difference_is_the_topic_s_verdict() -> None:
    def of(verdict: Verdict) -> Difference:
        return Difference(topic=TOPIC, what="", why="", verdict=verdict, first=First.EITHER)

    assert worst([of(Verdict.NEEDS_ORDER), of(Verdict.COMPATIBLE)]) is Verdict.NEEDS_ORDER
    assert worst([of(Verdict.NEEDS_ORDER), of(Verdict.BREAKING)]) is Verdict.BREAKING


def test_only_the_change_that_breaks_is_called_breaking() -> None:
    old = register(public=True)
    new = field("id", type="int", doc="Other words.")(old)
    (found,) = compare(old, new, today=TODAY)
    assert [(each.what.partition(",")[0], each.verdict) for each in found.differences] == [
        ("`id` became int", Verdict.BREAKING),
        ("`id` is documented in other words", Verdict.COMPATIBLE),
    ]


def test_a_captured_row_s_field_is_told_once_by_its_own_name() -> None:
    row = {"type": "record", "name": "Value", "fields": [{"name": "id", "type": "int"}]}
    sides = [
        {"name": "before", "type": ["null", row], "default": None},
        {"name": "after", "type": ["null", "Value"], "default": None},
    ]
    envelope = {"type": "record", "name": "Envelope", "fields": sides}
    old = of(schema=envelope, captured=True, personal={}, rules=())(register(public=False))
    wider = json.loads(json.dumps(envelope).replace('"int"', '"long"'))
    (found,) = compare(old, of(schema=wider)(old), today=TODAY)
    assert [each.what for each in found.differences] == ["`id` was widened from int to long, which sinks.parcels reads"]
    assert found.verdict is Verdict.NEEDS_ORDER
