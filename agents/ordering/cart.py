"""The lines of an order that is being put together, kept as JSON in a flow's frame. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from agents.flows.flow import Ask, Slot
from agents.saying import denied
from agents.understanding.normalise import word_set
from agents.understanding.numbers import WORDS
from agents.understanding.protocol import Entities
from runtime.text.folding import fold, tokens
from runtime.text.likeness import likeness

MOST_LINES = 12
"""More do not fit a summary that a person reads before a yes."""
_BULK = word_set("fardo fardos display displays pacote pacotes pallet palete paletes engradado engradados")
_REMOVES = re.compile(r"\b(?:tira|tirar|tire|retira|retirar|remove|remover|remova|exclui|excluir|sem|menos)\b")
_EACH = re.compile(r"\b(?:de )?cada\b")
_HOW_MANY = re.compile(
    r"(?:(?:nao|entao|ta bom|ok|bom|beleza|na verdade|pera|perai|espera|opa|ops|desculpa|digo|quis dizer|melhor|errei|"
    r"(?:troca|muda|altera|passa) (?:por|pra|para)|"
    r"quero|sao|so|pode ser|manda|umas|uns|coloca|bota|faz|fecha|poe) )*(?P<count>\d{1,5}|[a-z]+)"
    r"(?: (?:cx|cxs|caixas?|caixinhas?|un|und|unidades?|frascos?|tubos?|dessas?|desses?|delas?|deles?|mesmo))*"
)
_METHODS = {"boleto": "boleto", "pix": "pix", "cartao": "card"}
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class CartLine:
    """One product wanted. ``words`` name it as written; ``name`` is the product's once ``product_id`` is known.

    ``choices`` are the products it may be. ``unit`` is a pack of unknown size that was counted ("fardo"). ``before`` is
    what one cost in the order that is repeated, BRL.
    """

    words: str
    quantity: int | None = None
    product_id: int | None = None
    name: str = ""
    choices: tuple[int, ...] = ()
    unit: str = ""
    before: Decimal | None = None


_LINES: TypeAdapter[list[CartLine]] = TypeAdapter(list[CartLine])


def load(slots: Mapping[str, Any]) -> list[CartLine]:
    """The lines as kept in a frame's slots."""
    return _LINES.validate_python(slots.get("lines", []))


def kept_slots(ask: Ask, lines: Sequence[CartLine]) -> dict[str, Any]:
    """The frame's slots with the lines; products and quantities that the message named are used up."""
    rest = {name: kept for name, kept in ask.slots.items() if name not in ("lines", "product", "quantity")}
    return {**rest, "lines": _LINES.dump_python(list(lines), mode="json")}


def named(entities: Entities, text: str) -> list[dict[str, Any]]:
    """The products a message names, each with how many when that is said."""
    items = [{"product": item.product, "quantity": item.quantity, "unit": item.unit} for item in entities.items]
    if not items:
        quantities: list[int | None] = list(entities.quantities)
        if len(quantities) != len(entities.products):
            quantities = [quantities[0] if len(entities.products) == 1 and quantities else None] * len(
                entities.products
            )
        items = [
            {"product": product, "quantity": quantity, "unit": None}
            for product, quantity in zip(entities.products, quantities, strict=True)
        ]
    if len(items) > 1:
        items = [item for item in items if not denied(str(item["product"]), text)] or items
    if len(entities.quantities) == 1 and _EACH.search(fold(text)):
        items = [{**item, "quantity": entities.quantities[0]} for item in items]
    return items


def how_many(entities: Entities, text: str) -> list[int]:
    """The quantities a message says; a bare number or number word is one."""
    if entities.quantities:
        return list(entities.quantities)
    said = _HOW_MANY.fullmatch(fold(text))
    if said is None:
        return []
    count = said["count"]
    number = int(count) if count.isdigit() else WORDS.get(count, {"uma": 1, "um": 1}.get(count, 0))
    return [number] if number > 0 else []


ITEMS = Slot(name="product", question="", read=named, required=False, many=True, called="produto")
HOW_MANY = Slot(
    name="quantity", question="Quantas unidades?", read=how_many, required=False, many=True, called="quantidade"
)
PAYMENT = Slot(
    name="payment",
    question="Como quer pagar: boleto, Pix ou cartão?",
    read=lambda entities, text: [method for word, method in _METHODS.items() if word in fold(text).split()],
    required=False,
    called="pagamento",
)


def merged(lines: Sequence[CartLine], ask: Ask) -> list[CartLine]:
    """The lines after a message: what it names is added, changed or taken out; a bare quantity goes to its line."""
    now = [line for line in lines if not denied(line.words, ask.text)]
    items: list[dict[str, Any]] = ask.slots.get("product", [])
    removes = bool(_REMOVES.search(fold(ask.text)))
    for item in items:
        at = next((at for at, line in enumerate(now) if is_meant(item["product"], line)), None)
        quantity, unit = counted(item)
        if at is None:
            if not (removes and quantity is None and lines):
                now.append(CartLine(item["product"], quantity, unit=unit))
        elif removes and quantity is None:
            now.pop(at)
        elif quantity is not None or unit:
            now[at] = replace(now[at], quantity=quantity, unit=unit)
    quantities: list[int] = ask.slots.get("quantity", [])
    if items or len(quantities) != 1:
        return now
    lacking = [at for at, line in enumerate(now) if line.quantity is None]
    for at in lacking[:1] if lacking else range(len(now)) if len(now) == 1 else ():
        now[at] = replace(now[at], quantity=quantities[0], unit="")
    return now


def recounted(lines: Sequence[CartLine], ask: Ask) -> tuple[list[CartLine], int] | None:
    """The lines when an answer to "which one?" says how many instead, and how many; ``None`` when it says neither.

    A bare number that a list could have had is a wrong choice rather than a quantity.
    """
    at = next((at for at, line in enumerate(lines) if line.choices), None)
    quantities: list[int] = ask.slots.get("quantity", [])
    if at is None or len(quantities) != 1 or (ask.text.strip().isdigit() and quantities[0] <= MOST_LINES):
        return None
    now = list(lines)
    now[at] = replace(now[at], quantity=quantities[0], unit="")
    return now, quantities[0]


def counted(item: Mapping[str, Any]) -> tuple[int | None, str]:
    """How many units of an item, or what of unknown size it was counted in."""
    unit = item["unit"] or ""
    return (None, unit) if unit in _BULK else (item["quantity"], "")


def is_meant(words: str, line: CartLine) -> bool:
    """Whether the words name this line's product: all of them, and no number that it has not."""
    asked = [word for word in tokens(words) if len(word) > 2 or word.isdigit()]
    known = tokens(f"{line.words} {line.name}")
    letters = [word for word in asked if word.isalpha()]
    numbers = [word for word in asked if word.isdigit()]
    return (
        bool(letters)
        and all(any(likeness(word, other) >= _ALIKE for other in known) for word in letters)
        and all(number in known for number in numbers)
    )
