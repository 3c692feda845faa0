"""What may be said, to whom."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from agents.identity import STRANGER, Identity, identify
from agents.policy import barrier, stripe_notice
from schemas.records.catalog import Stripe
from store.contacts import Contact

pytestmark = pytest.mark.unit


def contact(**changes: Any) -> Contact:
    base = Contact(
        contact_id=5,
        name="Maria",
        role="buyer",
        consent="granted",
        consent_at=datetime(2026, 1, 1, tzinfo=UTC),
        pharmacy_id=7,
        pharmacy="Drogaria Central",
        cnpj="11222333000181",
        city="Fortaleza",
        state="CE",
        pharmacy_status="active",
    )
    return replace(base, **changes)


def test_a_pharmacys_contact_may_ask_a_stranger_may_not() -> None:
    assert barrier(identify(contact())) is None
    assert barrier(identify(None)) == "stranger"
    assert identify(None) == STRANGER == Identity()


def test_revoked_consent_bars_nobody_from_asking() -> None:
    assert barrier(identify(contact(consent="revoked"))) is None


@pytest.mark.parametrize(
    ("status", "expected"), [("active", None), ("blocked", None), ("pending", "inactive"), ("closed", "inactive")]
)
def test_pharmacys_own_status(status: str, expected: str | None) -> None:
    assert barrier(identify(contact(pharmacy_status=status))) == expected


def test_controlled_stripes_are_told_and_others_are_not() -> None:
    told = {stripe for stripe in get_args(Stripe) if stripe_notice(stripe)}
    assert told == {"red", "red_retained", "black"}
    assert "controle especial" in str(stripe_notice("black"))
    assert "retenção" in str(stripe_notice("red_retained"))
