"""Puts right, by rules, what figures of a message name: rules that hold whatever the tagger has learnt. Pure."""

import re
from collections.abc import Collection
from dataclasses import replace

from agents.understanding.normalise import fold
from agents.understanding.protocol import Entities, Item

_PARTED = re.compile(r"(?<![\d.,/-])(?:(\d{4})[ .-](\d{4})|(\d{2})[ .](\d{3})[ .](\d{3}))(?![\d/-]|[.,]\d)")
_ORDER_WORD = re.compile(r"\b(?:pedidos?|ordem|compra|ped)\b")
_INVOICE = re.compile(
    r"\b(?P<what>notas?(?: fiscal| fiscais)?|nfs?|nf-?es?|danfe)\s*(?:de )?"
    r"(?:numero|n[o.]?|no?\.)?\s*(?P<number>\d{1,9})\b"
)
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:mil|k)\b(?!\s*(?:cx|caixas?|un|unidades?|mg|ml))")
_REAIS = re.compile(r"\b(?:mil|k) (?:de )?reais\b|r\$ ?\d[\d.,]* ?(?:mil|k)\b")
_BELOW_NOTHING = re.compile(r"(?<![\w.,])-\s?(\d{1,5})\b")
_INSTEAD = re.compile(r"\b(?:em vez|ao inves|no lugar|invez)\b")
_SCORES = 10
_MOST_MONEY = 9_999_999


def mended(named: Entities, text: str, *, corrects: bool, flows: Collection[str]) -> Entities:
    """The entities with what the rules know better; ``flows`` are those the message asks for."""
    folded = fold(text)
    named = _orders(named, folded)
    named = _invoices(named, folded, flows)
    named = _money(named, folded)
    return _quantities(_strengths(named, folded), folded, corrects=corrects)


def _orders(named: Entities, folded: str) -> Entities:
    """ "1000 1564" and "10.001.564" are one number."""
    if not (named.order_numbers or _ORDER_WORD.search(folded)):
        return named
    orders = list(named.order_numbers)
    for found in _PARTED.finditer(folded):
        whole = "".join(filter(str.isdigit, found[0]))
        parts = [part for part in found.groups() if part]
        orders = [number for number in orders if number not in (*parts, found[0], whole)]
        orders.append(whole)
        numbers = {int(part) for part in parts}
        named = replace(named, quantities=tuple(count for count in named.quantities if count not in numbers))
    return replace(named, order_numbers=tuple(orders))


def _invoices(named: Entities, folded: str, flows: Collection[str]) -> Entities:
    """ "a nota 129" names an invoice, "nota 9" a score, unless copies of invoices are asked for."""
    found = list(named.invoice_numbers)
    for each in _INVOICE.finditer(folded):
        number = int(each["number"])
        scored = each["what"].startswith("nota") and number <= _SCORES and "invoice_copy" not in flows
        if scored or each["number"] in named.order_numbers or each["number"] in found:
            continue
        found.append(each["number"])
        named = replace(
            named,
            quantities=tuple(count for count in named.quantities if count != number),
            scores=tuple(score for score in named.scores if score != number),
        )
    return replace(named, invoice_numbers=tuple(found))


def _money(named: Entities, folded: str) -> Entities:
    """ "25 mil reais" is 25,000 whatever was found, and "50 mil" no product called "mil"."""
    sums = [float(each[1].replace(",", ".")) for each in _THOUSANDS.finditer(folded)]
    if not sums or not (named.prices or "mil" in named.products or _REAIS.search(folded)):
        return named
    meant = {1000.0, *sums}
    kept = [price for price in named.prices if price not in meant]
    prices = (*kept, *(each * 1000 for each in sums if each * 1000 <= _MOST_MONEY and each * 1000 not in kept))
    if "mil" not in named.products:
        return replace(named, prices=prices)
    counted = {int(each) for each in sums}
    return replace(
        named,
        prices=prices,
        products=tuple(product for product in named.products if product != "mil"),
        items=tuple(item for item in named.items if item.product != "mil"),
        quantities=tuple(count for count in named.quantities if count not in counted),
    )


def _strengths(named: Entities, folded: str) -> Entities:
    """The bare number after a product that is counted already ("12 cx atorvastatina 40") is its strength."""
    items: list[Item] = []
    spare = list(named.quantities)
    for item in named.items:
        after = re.search(
            rf"{re.escape(fold(item.product))} (\d{{1,4}}(?:,\d{{1,2}})?)(?![\w,.]|\s*(?:{_COUNTED}))", folded
        )
        number = after[1] if after else ""
        if item.quantity is None or not number.isdigit() or int(number) not in spare or int(number) == item.quantity:
            items.append(item)
            continue
        spare.remove(int(number))
        items.append(replace(item, product=f"{item.product} {number}"))
    if len(spare) == len(named.quantities):
        return named
    return replace(named, items=tuple(items), products=tuple(item.product for item in items), quantities=tuple(spare))


def _quantities(named: Entities, folded: str, *, corrects: bool) -> Entities:
    """What is below nothing is no quantity; of several for one product, put right, the last one holds."""
    below = {int(each[1]) for each in _BELOW_NOTHING.finditer(folded)}
    if below & set(named.quantities):
        named = replace(
            named,
            quantities=tuple(count for count in named.quantities if count not in below),
            items=tuple(replace(item, quantity=None) if item.quantity in below else item for item in named.items),
        )
    if corrects and len(named.items) == 1 and len(named.quantities) > 1 and not _INSTEAD.search(folded):
        last = named.quantities[-1]
        return replace(named, quantities=(last,), items=(replace(named.items[0], quantity=last),))
    return named


_COUNTED = r"cxs?|caixas?|caixinhas?|un|und|unds|unidades?|frascos?|tubos?|fardos?|pacotes?|mg|mcg|g|ml|ui|%|comp"
