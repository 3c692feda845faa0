"""What may be said, to whom."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from agents.flows.flow import Answer, Ask, Flow, reply
from agents.identity import STRANGER, Identity, identify
from agents.policy import CLAIMED, barrier, claims, stripe_notice
from agents.testing import Talk
from agents.tools.permitted import Permitted
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


@pytest.mark.parametrize(
    "text",
    [
        "A dipirona alivia a dor e a febre.",
        "É indicado para o tratamento de pressão alta.",
        "Melhor remédio para gripe, sem efeitos colaterais!",
        "Tome 2 comprimidos por dia.",
        "Resultado garantido.",
    ],
)
async def test_a_claim_is_never_sent(text: str) -> None:
    async def says(ask: Ask, use: Permitted) -> Answer:
        return reply(text)

    flow = Flow(name="product_info", serves=("product_info",), run=says)
    turn = await Talk(object(), flows=[flow]).says("para que serve?", "product_info")
    assert turn.text == CLAIMED
    assert turn.outcome == "refused"
    assert turn.memory.window[-1].text == CLAIMED


@pytest.mark.parametrize(
    "text",
    [
        "*Dipirona* 500 MG: R$ 3,20 a unidade com Distribuidora Cura Vida.",
        "Não encontrei “remédio que cura a gripe” no catálogo.",
        "Pedido mínimo de 10 comprimidos. Tarja vermelha: venda sob prescrição.",
    ],
)
def test_facts_and_what_the_contact_wrote_are_no_claims(text: str) -> None:
    assert claims(text) is None
