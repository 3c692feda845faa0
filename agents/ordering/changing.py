"""What a message asks to change in an order: which line, by how much. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter

from agents.flows.flow import Ask
from agents.ordering.cart import CartLine, counted, is_meant
from runtime.text.folding import fold
from store.orders import Line

How = Literal["set", "more", "less", "out"]

_OUT = re.compile(r"\b(?:tir\w+|retir\w+|remov\w+|exclu\w+|cancel\w+|nao quero mais|desist\w+|sem)\b")
_MORE = re.compile(r"\b(?:mais|acrescent\w+|adicion\w+|inclu\w+|junta\w*|faltou|esqueci)\b")
_LESS = re.compile(r"\b(?:menos|diminu\w+|reduz\w*|abaix\w+)\b")
_TO = re.compile(r"\b(?:para|pra|pro|fica\w*|deix\w+|em vez|ao inves|no lugar|era|eram|sao|total)\b")
_SWAP = re.compile(r"\b(?:troc\w+|substitu\w+|em vez|ao inves|no lugar)\b")
_PLACE = re.compile(r"\b(?:endereco|outra loja|na loja|filial|entregar (?:em|na|no))\b")


@dataclass(frozen=True, slots=True)
class Change:
    """One wish. ``product`` is empty when none was named; ``unit`` is a pack of unknown size."""

    product: str
    how: How
    quantity: int | None
    unit: str = ""


_CHANGES: TypeAdapter[list[Change]] = TypeAdapter(list[Change])


def load(kept: Any) -> list[Change]:
    """The changes as kept in a frame's slots."""
    return _CHANGES.validate_python(kept or [])


def dump(changes: Sequence[Change]) -> Any:
    """The changes as JSON."""
    return _CHANGES.dump_python(list(changes), mode="json")


def wishes(ask: Ask) -> list[Change]:
    """What the message asks for, whichever order it is for."""
    folded = fold(ask.text)
    items: list[dict[str, Any]] = ask.slots.get("product", [])
    quantities: list[int] = ask.slots.get("quantity", [])
    if _SWAP.search(folded) and len(items) == 2:
        old, new = items
        quantity, unit = counted(new)
        return [Change(old["product"], "out", None), Change(new["product"], "more", quantity, unit)]
    if items:
        return [Change(item["product"], _how(folded, counted(item)[0]), *counted(item)) for item in items]
    return [Change("", _how(folded, quantities[-1]), quantities[-1])] if quantities else []


def moves(text: str) -> bool:
    """Whether the message is about where the order goes."""
    return bool(_PLACE.search(fold(text)))


def applied(changes: Sequence[Change], lines: Sequence[Line]) -> tuple[list[CartLine], list[str]]:
    """The lines as they shall be, those not in the order still without a product; and what could not be understood.

    A line of quantity 0 is taken out.
    """
    wanted: list[CartLine] = []
    told: list[str] = []
    swapped: int | None = None
    for change in changes:
        meant = [line for line in lines if is_meant(change.product, _known(line))] if change.product else list(lines)
        if len(meant) > 1 or (not meant and not change.product):
            told.append(f"Qual item{f' “{change.product}”' if change.product else ''} você quer mudar?")
        elif meant:
            [line] = meant
            wanted.append(replace(_known(line), quantity=_target(change, line.quantity), unit=change.unit))
            swapped = line.quantity if change.how == "out" and change.quantity is None else swapped
        elif change.how in ("out", "less"):
            told.append(f"Não encontrei “{change.product}” neste pedido.")
        else:
            quantity = change.quantity if change.quantity is not None or change.unit else swapped
            wanted.append(CartLine(change.product, quantity, unit=change.unit))
    return wanted, told


def revised(
    kept: Sequence[CartLine], changes: Sequence[Change], lines: Sequence[Line]
) -> tuple[list[CartLine], list[str]]:
    """The lines that shall be, after more was said of them: what names one of them says what it shall be instead."""
    now, rest = list(kept), []
    bought = {line.product_id for line in lines}
    for change in changes:
        at = next((at for at, line in enumerate(now) if not change.product or is_meant(change.product, line)), None)
        if at is None or (not change.product and len(now) > 1):
            rest.append(change)
        elif change.how == "out" and now[at].product_id not in bought:
            now.pop(at)
        else:
            now[at] = replace(now[at], quantity=0 if change.how == "out" else change.quantity, unit=change.unit)
    more, told = applied(rest, lines)
    return [*now, *more], told


def _how(folded: str, quantity: int | None) -> How:
    to = bool(_TO.search(folded))
    if _LESS.search(folded) and not to:
        return "less"
    if _OUT.search(folded):
        return "out" if quantity is None else "set" if to else "less"
    return "more" if _MORE.search(folded) and not to else "set"


def _target(change: Change, now: int) -> int | None:
    if change.how == "out":
        return 0
    if change.quantity is None:
        return None
    if change.how == "set":
        return change.quantity
    return max(0, now + change.quantity if change.how == "more" else now - change.quantity)


def _known(line: Line) -> CartLine:
    return CartLine("", product_id=line.product_id, name=f"{line.name} {line.presentation}")
