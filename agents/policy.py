"""What may be said, to whom. Pure; flows obey it, no wording of a message can change it."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from agents.flows.flow import Answer
from agents.identity import Identity
from agents.understanding.normalise import fold
from store.availability import Offer

Barrier = Literal["stranger", "inactive"]


def barrier(identity: Identity) -> Barrier | None:
    """Why this contact may be told nothing of orders, stock and prices; ``None`` when it may.

    Who took consent back may ask and is answered: consent is for what we send unasked (LGPD, art. 7, V and IX).
    """
    if identity.pharmacy_id is None:
        return "stranger"
    return None if identity.active else "inactive"


def refusal(why: Barrier) -> Answer:
    """What a contact behind a barrier is told; a person is offered."""
    return Answer(_BARRIERS[why], "refused", seen={"barrier": why}, offers_person=True)


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


def may_be_offered(stripe: str) -> bool:
    """Whether a product may be put forward unasked, in offers of the day or suggestions.

    Of what is under special control neither (Portaria SVS/MS 344/1998, art. 90). The stripe does not tell antibiotics
    from these where the prescription is retained, so that both are left out. Who names one is answered.
    """
    return stripe not in ("black", "red_retained")


def claims(text: str) -> str | None:
    """The words of a reply that recommend a medicine, or say that it heals; ``None`` without any.

    Who sells may inform of price, stock and terms, not advertise a use (RDC 96/2008, arts. 3, 8 and 27; Lei 6.360/1976,
    art. 58). Replies are made of our own sentences and of the catalogue, so that a claim could only come in with a
    product's text or a model's. What the contact wrote is quoted in “ ”, and is not ours.
    """
    found = _CLAIM.search(fold(_QUOTED.sub("", text)))
    return found[0] if found else None


_QUOTED = re.compile(r"“[^”]*”")
_CLAIM = re.compile(
    r"\b(?:(?:cura|curam|trata|tratam|combate|combatem|alivia|aliviam|previne|previnem)\b"
    r"(?= (?:a|o|as|os|sua|seu|dores?|"
    r"febre|pressao|diabetes|infecc\w+|cancer|gripe)\b)|indicad[oa]s? para (?:tratar|o tratamento|quem)|"
    r"sem (?:efeitos? colatera\w+|contraindicac\w+|risco)|"
    r"(?:melhor|mais eficaz|mais seguro) (?:remedio|medicamento|tratamento)|resultado garantido|"
    r"(?:tome|use|recomendo) \d+ (?:comprimidos?|capsulas?|gotas|ml|mg))"
)
CLAIMED = (
    "Não posso indicar medicamentos nem falar do uso deles por aqui: isso fica com o farmacêutico ou o médico. "
    "Posso informar preço, estoque e condições."
)
"""What is said in the place of a reply that makes a claim."""
_NOTICES = {
    "red": "Tarja vermelha: venda sob prescrição.",
    "red_retained": "Tarja vermelha: venda sob prescrição, com retenção da receita.",
    "black": "Tarja preta: medicamento sujeito a controle especial, com retenção da receita.",
}
_BARRIERS = {
    "stranger": (
        "Não encontrei este número no cadastro de nenhuma farmácia, então não posso mostrar pedidos, estoque ou preços "
        "por aqui. Quer que eu chame uma pessoa da equipe para ajudar? Responda *sim*."
    ),
    "inactive": (
        "O cadastro da sua farmácia ainda não está ativo, então não posso mostrar pedidos, estoque ou preços. "
        "Quer que eu chame uma pessoa da equipe? Responda *sim*."
    ),
}
