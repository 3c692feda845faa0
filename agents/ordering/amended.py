"""An order as it would become, shown before a yes; or what keeps it from becoming so. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from agents.flows.flow import Answer, Ask, confirm, question
from agents.ordering import which
from agents.ordering.problems import told
from agents.tools import ordering
from agents.wording import money
from store.amendment import Amendment
from store.orders import Order
from store.outcomes import Refused
from store.placing import OrderLine
from store.pricing import Wanted

STARTS_AGAIN: dict[str, Any] = {"wishes": [], "lines": [], "moves": False, "product": [], "quantity": []}
"""Slots of a change that forget what was asked for, but not of which order."""
_YES = "Confirma a alteração? Responda *sim*."


def shown(
    ask: Ask,
    order: Order,
    found: Amendment | Refused,
    asked: Sequence[Wanted],
    steps: Sequence[str],
    *,
    address_id: int | None = None,
) -> Answer:
    """``steps`` say what changes, ``asked`` is it, or ``address_id`` where it goes."""
    head = "\n".join([f"Pedido {which.titled(order)}:", *steps])
    if found.problems or isinstance(found, Refused):
        empty = [problem.reason for problem in found.problems] == ["empty"]
        more = (
            "Para não levar nada, peça para *cancelar* o pedido." if empty else "Quer outra quantidade ou outro item?"
        )
        text = f"{head}\n\n{told(found.problems)}\n\n{more}"
        return question(text, step="again", slots={**ask.slots, **STARTS_AGAIN}, orders=(order.number,))
    after = found.after
    named = {line.offer_id for line in asked}
    prices = {line.offer_id: line.unit_price for line in after.lines}
    lines = [OrderLine(line.offer_id, line.quantity, prices.get(line.offer_id, Decimal(0))) for line in asked]
    units = [
        f"Preço: {line.name} {money(line.unit_price)} a unidade = {money(line.total)}"
        for line in after.lines
        if line.offer_id in named
    ]
    freight = f"frete {money(after.freight)}" if after.freight else "frete grátis"
    total = f"Total: de {money(found.before_total)} para *{money(after.total)}* ({freight})"
    answer = confirm(
        "\n".join([head, *units, total, "", _YES]),
        ordering.change_order,
        order.order_id,
        after.total,
        lines,
        address_id=address_id,
    )
    return replace(answer, slots=ask.slots, orders=(order.number,))
