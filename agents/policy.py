"""What may be said, to whom. Pure; flows obey it, no wording of a message can change it."""

from collections.abc import Iterable, Sequence
from typing import Literal

from agents.identity import Identity
from store.availability import Offer

Barrier = Literal["stranger", "no_consent", "inactive"]


def barrier(identity: Identity) -> Barrier | None:
    """Why this contact may be told nothing of orders, stock and prices; ``None`` when it may."""
    if identity.pharmacy_id is None:
        return "stranger"
    if not identity.consented:
        return "no_consent"
    return None if identity.active else "inactive"


def quotable(offers: Iterable[Offer]) -> tuple[Sequence[Offer], Sequence[Offer]]:
    """Offers whose price may be said, and those above their ceiling, whose may not (Lei 10.742/2003, art. 8)."""
    allowed: list[Offer] = []
    refused: list[Offer] = []
    for offer in offers:
        above = offer.ceiling_price is not None and offer.price > offer.ceiling_price
        (refused if above else allowed).append(offer)
    return allowed, refused


def stripe_notice(stripe: str) -> str | None:
    """What a seller says with a product of that stripe (RDC 768/2022; Portaria SVS/MS 344/1998; RDC 471/2021)."""
    return _NOTICES.get(stripe)


_NOTICES = {
    "red": "Tarja vermelha: venda sob prescrição.",
    "red_retained": "Tarja vermelha: venda sob prescrição, com retenção da receita.",
    "black": "Tarja preta: medicamento sujeito a controle especial, com retenção da receita.",
}
