"""A public topic that changed says so in its revisions; what no reader depends on needs none."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from schemas.compatibility.compare import compare
from schemas.compatibility.verdict import Verdict
from schemas.contract import Contracts
from tests.contracts.parcels import (
    FIRST,
    LABEL,
    TODAY,
    TOPIC,
    WEIGHT,
    Edit,
    added,
    both,
    field,
    noted,
    of,
    register,
    removed,
    subscribed,
)

pytestmark = pytest.mark.unit
GROWN = added(name="colour", type="string", default="red")


def verdict(old: Contracts, new: Contracts) -> Verdict:
    (found,) = compare(old, new, today=TODAY)
    return found.verdict


def said(old: Contracts, new: Contracts) -> list[str]:
    (found,) = compare(old, new, today=TODAY)
    return [each.what for each in found.differences if each.verdict is Verdict.UNTOLD]


@pytest.mark.parametrize(
    "edit",
    [
        GROWN,
        field("id", doc="Other words, which are in the client's package."),
        of(retention_ms=-1),
        of(rules=(WEIGHT, LABEL, replace(LABEL, name="id.filled"))),
        of(personal={"note": "free text", "label": "name"}),
        of(sunset=TODAY + timedelta(days=60)),
    ],
)
def test_what_readers_depend_on_needs_a_revision(edit: Edit) -> None:
    old = register(public=True)
    assert said(old, edit(old)) == ["it changed, and no new revision says how"]
    assert verdict(old, edit(old)) is Verdict.UNTOLD
    assert said(old, noted(edit)(old)) == []
    internal = register(public=False)
    assert said(internal, edit(internal)) == []


@pytest.mark.parametrize(
    "edit",
    [of(owner="support"), of(description="Parcels."), of(producers=("streams.more",)), of(consumers=()), subscribed()],
)
def test_what_no_reader_depends_on_needs_none(edit: Edit) -> None:
    old = register(public=True)
    assert all(said(old, new) == [] for new in [edit(old)] if compare(old, new, today=TODAY))


def test_a_change_that_breaks_is_not_asked_for_words() -> None:
    old = register(public=True)
    assert said(old, removed("count")(old)) == []
    assert verdict(old, removed("count")(old)) is Verdict.BREAKING


def test_a_topic_made_public_and_a_new_one_say_their_first_version() -> None:
    internal = both(of(visibility="internal"), subscribed())(register(public=True))
    assert said(internal, register(public=True)) == ["it changed, and no new revision says how"]
    nothing = Contracts({}, internal.teams)
    assert said(nothing, both(of(revisions=()), subscribed())(register(public=True))) == [
        "it was added without a first revision"
    ]
    assert said(nothing, register(public=True)) == []


def test_a_revision_from_before_the_register_s_newest_does_not_raise_the_client_s_version() -> None:
    old = register(public=True)
    late = noted(GROWN, date(2027, 1, 14))(old)
    assert said(old, late) == [f"its new revision is dated 2027-01-14, before the register's newest, {FIRST}"]
    assert said(old, noted(GROWN, FIRST)(old)) == []
    assert TOPIC in late.topics
