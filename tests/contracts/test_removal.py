"""A topic goes only after its sunset, when nobody subscribes to it and nobody consumed it for 30 days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.compatibility.compare import compare
from schemas.compatibility.lifecycle import Consumer, Usage
from schemas.compatibility.verdict import Difference, First, Verdict
from schemas.contract import Contracts
from schemas.teams import Subscription
from tests.contracts.parcels import BILLING, TODAY, TOPIC, both, of, register, subscribed

pytestmark = pytest.mark.unit

PAST = of(sunset=TODAY - timedelta(days=1))
NOBODY = {TOPIC: Usage()}


def without(contracts: Contracts) -> Contracts:
    return replace(contracts, topics={}, subscriptions=())


def told(old: Contracts, new: Contracts, usage: dict[str, Usage] | None) -> Difference:
    (compared,) = compare(old, new, today=TODAY, usage=usage)
    (difference,) = compared.differences
    return difference


def test_a_topic_past_its_sunset_that_nobody_consumes_may_go() -> None:
    old = PAST(register(public=True))
    said = told(old, without(old), NOBODY)
    assert (said.verdict, said.first) == (Verdict.NEEDS_ORDER, First.PRODUCERS)
    assert said.breaks == ("streams.parcels",)


@pytest.mark.parametrize("public", [True, False])
def test_a_topic_without_a_sunset_stays(public: bool) -> None:
    old = register(public=public)
    said = told(old, without(old), NOBODY)
    assert said.verdict is Verdict.BREAKING
    assert said.why == "its sunset was never declared"
    assert said.remedy == "Declare a sunset and a successor first."


def test_a_topic_stays_on_the_day_of_its_sunset() -> None:
    old = of(sunset=TODAY)(register(public=True))
    said = told(old, without(old), NOBODY)
    assert said.verdict is Verdict.BREAKING
    assert "its sunset is 2027-03-01, which is not past" in said.why


def test_a_sunset_that_only_the_new_register_declares_does_not_count() -> None:
    """The new register has no such topic, so the sunset is the old one's: nobody can declare and remove at once."""
    old = register(public=False)
    assert told(old, without(PAST(old)), NOBODY).verdict is Verdict.BREAKING


def test_a_consumer_of_the_last_thirty_days_is_named() -> None:
    old = PAST(register(public=True))
    usage = {TOPIC: Usage((Consumer("billing-invoices", "reads it now"),))}
    said = told(old, without(old), usage)
    assert said.verdict is Verdict.BREAKING
    assert said.why == "the group billing-invoices reads it now"
    assert said.breaks == ("billing-invoices",)


def test_a_subscription_that_is_still_declared_is_named() -> None:
    old = PAST(register(public=True))
    said = told(old, both(without, subscribed(BILLING))(old), NOBODY)
    assert said.verdict is Verdict.BREAKING
    assert said.breaks == ("billing",)


def test_a_broker_that_was_not_asked_is_no_proof() -> None:
    old = PAST(register(public=True))
    said = told(old, without(old), None)
    assert said.verdict is Verdict.BREAKING
    assert "the broker was not asked who consumes it (--broker)" in said.why


def test_a_broker_that_forgets_too_soon_is_no_proof() -> None:
    old = PAST(register(public=True))
    said = told(old, without(old), {TOPIC: Usage(blind="the broker forgets")})
    assert said.verdict is Verdict.BREAKING
    assert "the broker forgets" in said.why


def test_a_topic_that_is_added_breaks_nobody() -> None:
    new = register(public=True)
    (compared,) = compare(Contracts({}), new, today=TODAY)
    assert [each.what for each in compared.differences] == [
        "it was added",
        "billing subscribed",
        "logistics subscribed",
    ]
    assert compared.verdict is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    ("subscription", "why"),
    [
        (replace(BILLING, fields=("id", "colour")), "it reads `colour`, which the topic does not have"),
        (replace(BILLING, team="treasury"), "the register has no team treasury"),
        (replace(BILLING, topic="parcels.lost.v1"), "the register has no topic of that name"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused(subscription: Subscription, why: str) -> None:
    old = subscribed()(register(public=True))
    new = replace(old, subscriptions=(subscription,))
    (compared,) = compare(old, new, today=TODAY)
    assert compared.verdict is Verdict.BREAKING
    assert [each.why for each in compared.differences] == [why]


def test_no_team_subscribes_to_an_internal_topic() -> None:
    old = register(public=False)
    (compared,) = compare(old, subscribed(BILLING)(old), today=TODAY)
    assert compared.differences[0].why == "the topic is internal, and other teams subscribe to public topics only"
