"""Orders that people name by words instead of a number: "o último pedido", "o mais recente", "o outro". Pure."""

import re

from agents.tools.orders import LAST, LAST_BUT_ONE
from agents.understanding.normalise import fold
from agents.understanding.protocol import Entities

_LAST = r"(?:ultim[oa]|mais recente|mais nov[oa])"
_OF_A_KIND = r"(?! (?:de|da|do|dos|das|com|que)\b)"
"""What follows tells orders apart ("o último pedido de dipirona"): the newest of all is not meant."""
_NAMED = re.compile(
    rf"\b(?:{_LAST} (?:pedido|compra)|(?:pedido|compra) {_LAST}|(?:pedido|compra) que (?:eu )?fiz por ultimo)\b"
    rf"{_OF_A_KIND}"
)
_BEFORE = re.compile(rf"\bpenultim[oa](?: (?:pedido|compra))?\b{_OF_A_KIND}")
_LEAD = (
    r"(?:(?:voltando|entao|ai|ah|bom|sim|isso|nao|n|e|eh|era|foi|acho que|o|a|os|do|da|no|na|de|desse|esse|meu|minha|"
    r"nosso|pra|para|quero|pode ser)[\s,.]+)*"
)
_TAIL = r"(?:[\s,]+(?:mesmo|mesma|por favor|pfv|pf|ai|sim|dos?|deles|que fiz))*[\s!.]*"
_BARE = re.compile(rf"{_LEAD}{_LAST}{_TAIL}")
_OTHER = re.compile(rf"{_LEAD}outro{_TAIL}")


def order_numbers(entities: Entities, text: str) -> list[str]:
    """The numbers said; without any, ``LAST`` or ``LAST_BUT_ONE`` when the words name that order."""
    if entities.order_numbers:
        return list(entities.order_numbers)
    folded = fold(text).strip()
    if _BEFORE.search(folded):
        return [LAST_BUT_ONE]
    return [LAST] if _NAMED.search(folded) or _BARE.fullmatch(folded) else []


def is_bare(folded: str) -> bool:
    """Whether the words name an order, or another one than was spoken of, and say nothing else."""
    return bool(_BARE.fullmatch(folded) or _OTHER.fullmatch(folded))
