"""Slots that several flows need. A flow takes one as it is, or ``dataclasses.replace`` of it."""

from dataclasses import replace

from agents.flows.flow import Slot
from agents.flows.order_words import order_numbers

ORDER_NUMBER = Slot(
    name="order_number",
    question="Qual é o número do pedido? São 8 dígitos.",
    read=order_numbers,
    called="pedido",
)
ORDER_NUMBERS = replace(ORDER_NUMBER, required=False, many=True)
PRODUCTS = Slot(
    name="product",
    question="De qual produto? Se puder, mande o nome com a dose, por exemplo: *losartana 50 mg*.",
    read=lambda entities, text: entities.products or entities.gtins,
    required=False,
    many=True,
    called="produto",
)
QUANTITY = Slot(
    name="quantity",
    question="Quantas unidades?",
    read=lambda entities, text: entities.quantities,
    called="quantidade",
)
QUANTITIES = replace(QUANTITY, required=False, many=True)
DATES = Slot(name="date", question="De que dia?", read=lambda entities, text: entities.dates, required=False, many=True)
