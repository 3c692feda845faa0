"""What is told of products, prices, terms and deliveries: only what the books say, and never one for another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agents.flows import (
    delivery_area_time,
    minimum_order,
    order_late,
    price_compare,
    product_info,
    product_price,
    product_search,
    product_substitute,
    promotions,
    recommendation,
)
from agents.flows.delivery_area_time import weekdays
from agents.testing import Talk, step
from store.orders import Line, Order
from store.pricing import Promotion, Tier
from store.substitutes import Substitute
from store.terms import DeliveryArea
from tests.agents.shop import Shop, open_shop

pytestmark = pytest.mark.unit

FLOWS = [
    delivery_area_time.FLOW,
    minimum_order.FLOW,
    order_late.FLOW,
    price_compare.FLOW,
    product_info.FLOW,
    product_price.FLOW,
    product_search.FLOW,
    product_substitute.FLOW,
    promotions.FLOW,
    recommendation.FLOW,
]


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def talk(shop: Shop) -> Talk:
    return Talk(shop, flows=FLOWS)


def substitute(name: str, category: str, price: str | None, **changes: Any) -> Substitute:
    base = Substitute(
        of_product_id=3,
        product_id=30,
        name=name,
        active_ingredients=["Losartana Potássica"],
        presentation="100 MG COM REV CT BL AL PLAS X 30",
        manufacturer="Teuto",
        category=category,
        form="comprimido",
        dose="100 mg",
        stripe="red",
        storage="room",
        offer_id=91 if price else None,
        supplier_id=1 if price else None,
        supplier="Sol" if price else None,
        price=Decimal(price) if price else None,
        minimum_quantity=2 if price else None,
        available=40 if price else None,
    )
    return replace(base, **changes)


def campaign(product_id: int, name: str, **changes: Any) -> Promotion:
    base = Promotion(
        campaign="Semana do Coração",
        ends_on=date(2026, 11, 30),
        offer_id=product_id + 100,
        product_id=product_id,
        name=name,
        presentation="50 MG COM X 30",
        manufacturer="EMS",
        stripe="red",
        supplier_id=1,
        supplier="Sol",
        minimum_quantity=5,
        list_price=Decimal("10.00"),
        discount=Decimal("15.00"),
        unit_price=Decimal("8.50"),
        available=300,
    )
    return replace(base, **changes)


async def test_a_price_for_a_quantity_is_that_of_its_tier(talk: Talk, shop: Shop) -> None:
    shop.known_tiers = [Tier(14, 50, Decimal("10"), Decimal("13.50"), None, None)]
    text = (await talk.says("quanto custa losartana 100", "product_price", products=("losartana 100",))).text
    assert "A partir de 50: R$ 13,50 (−10 %) com Sol" in text
    named: dict[str, Any] = {"products": ("losartana 100",), "quantities": (60,)}
    text = (await talk.says("e 60 losartana 100", "product_price", **named)).text
    assert "60 unidades com Sol: R$ 810,00 (R$ 13,50 cada, −10 %)" in text
    named["quantities"] = (10,)
    assert "10 unidades com Sol: R$ 150,00." in (await talk.says("e 10", "product_price", **named)).text


async def test_a_maker_that_is_named_is_the_only_one_told_of(talk: Talk) -> None:
    text = (await talk.says("preço losartana 50 medley", "product_price", products=("losartana 50 medley",))).text
    assert "(Medley)" in text
    assert "EMS" not in text


async def test_a_search_lists_what_is_in_stock_cheapest_first(talk: Talk) -> None:
    turn = await talk.says("o que tem de losartana", "product_search", products=("losartana", "dipirona", "ozempic"))
    assert turn.text.index("(Medley): a partir de R$ 9,00") < turn.text.index("R$ 10,00") < turn.text.index("100 MG")
    assert "De “dipirona” há 1 produto no catálogo, todos *em falta*" in turn.text
    assert "Não encontrei nada de “ozempic”" in turn.text
    assert talk.memory.products == (2, 1, 3)


async def test_a_search_for_nothing_asks(talk: Talk) -> None:
    assert "O que você procura?" in (await talk.says("o que vocês têm?", "product_search")).text
    assert "Medley" in (await talk.says("losartana", products=("losartana",))).text


async def test_a_sheet_has_what_is_known_and_nothing_else(talk: Talk, shop: Shop) -> None:
    shop.known_products[5] = replace(
        shop.known_products[5], category="generic", gtin="7891234567895", shelf_life_months=24, storage="refrigerated"
    )
    text = (await talk.says("ficha do clonazepam", "product_info", products=("clonazepam",))).text
    for said in ("Tipo: genérico", "EAN: 7891234567895", "24 meses", "2 a 8 °C", "Tarja preta"):
        assert said in text
    assert "ANVISA" not in text
    assert "None" not in text


async def test_which_product_is_asked_when_it_may_be_several(talk: Talk) -> None:
    text = (await talk.says("ficha da losartana", "product_info", products=("losartana",))).text
    assert "*3.*" in text
    assert "Não entendi qual" in (await talk.says("aquela lá")).text
    assert "100 MG" in (await talk.says("a de 100")).text
    assert talk.memory.products == (3,)
    assert "100 MG" in (await talk.says("e o registro?", "product_info")).text, "what was spoken of is meant"


async def test_another_name_instead_of_a_choice(talk: Talk) -> None:
    await talk.says("ficha da losartana", "product_info", products=("losartana",))
    turn = await talk.says("na verdade omeprazol", "product_info", products=("omeprazol",))
    assert turn.text.startswith("*Omeprazol*")


async def test_without_a_product_it_is_asked_for(talk: Talk) -> None:
    assert "De qual produto?" in (await talk.says("tem genérico?", "product_substitute")).text
    assert "Não encontrei “ozempic”" in (await talk.says("ozempic", products=("ozempic",))).text


async def test_substitutes_say_what_they_are_and_change_nothing(talk: Talk, shop: Shop) -> None:
    shop.others = [
        substitute("Losartana Potássica", "generic", "12.00"),
        substitute("Aradois", "similar", None, product_id=31),
    ]
    text = (await talk.says("genérico da losartana 100", "product_substitute", products=("losartana 100",))).text
    assert "mesmo princípio ativo, dose e forma" in text
    assert "(Teuto), genérico: R$ 12,00 com Sol, 40 disponíveis, mínimo 2" in text
    assert "Aradois" not in text, "it is not in stock"
    assert "não troco nada sem você pedir" in text
    assert talk.memory.frames == ()


async def test_no_substitute_is_not_replaced_by_another_dose(talk: Talk, shop: Shop) -> None:
    text = (await talk.says("similar da losartana 100", "product_substitute", products=("losartana 100",))).text
    assert "Não encontrei substituto" in text
    assert "não é equivalente" in text
    shop.others = [substitute("Aradois", "similar", None)]
    text = (await talk.says("similar da losartana 100", "product_substitute", products=("losartana 100",))).text
    assert "todas *em falta*" in text


@pytest.mark.parametrize(
    ("price", "said"), [(14.00, "R$ 1,00 acima"), (15.00, "mesmo preço"), (18.5, "R$ 3,50 abaixo")]
)
async def test_a_price_named_is_compared_and_others_are_not_known(talk: Talk, price: float, said: str) -> None:
    named: dict[str, Any] = {"products": ("losartana 100",), "prices": (price,)}
    text = (await talk.says("no concorrente tá mais barato", "price_compare", **named)).text
    assert said in text
    assert "*R$ 15,00* a unidade, com Sol" in text
    assert "Preço máximo oficial: R$ 30,00 (o nosso está 50 % abaixo)" in text
    assert "Não tenho os preços de outros vendedores" in text


async def test_a_released_product_has_no_ceiling_to_compare(talk: Talk, shop: Shop) -> None:
    shop.known_products[3] = replace(shop.known_products[3], ceiling_price=None)
    text = (await talk.says("dipirona tá cara", "price_compare", products=("dipirona",))).text
    assert "não tem preço máximo oficial" in text
    assert "Em falta" in text


async def test_campaigns_of_the_day(talk: Talk, shop: Shop) -> None:
    shop.campaigns = [campaign(1, "Losartana Potássica"), campaign(5, "Omeprazol", stripe="none")]
    text = (await talk.says("tem promoção?", "promotions")).text
    assert "*R$ 8,50* (−15 %, era R$ 10,00), a partir de 5, com Sol, até 30/11" in text
    assert text.count("Tarja vermelha") == 1
    text = (await talk.says("promoção de omeprazol", "promotions", products=("omeprazol",))).text
    assert "Omeprazol" in text
    assert "Losartana" not in text
    text = (await talk.says("promoção de dipirona", "promotions", products=("dipirona",))).text
    assert "Hoje não há campanha para “dipirona”" in text
    shop.campaigns = []
    assert "não há campanhas" in (await talk.says("ofertas", "promotions")).text


async def test_what_is_bought_again_and_again_and_is_due(
    talk: Talk, shop: Shop, order: Callable[..., Order], now: datetime
) -> None:
    days = {1: 5, 2: 35, 3: 65}
    shop.known_orders = [
        order(order_id=at, number=f"1000000{at}", placed_at=now - timedelta(days=d)) for at, d in days.items()
    ]
    shop.known_lines = [
        Line(2, "10000002", 1, 1, "Losartana", "50 MG COM", 10, Decimal(8), Decimal(80), 18),
        Line(3, "10000003", 1, 1, "Losartana", "50 MG COM", 12, Decimal(8), Decimal(96), 18),
        Line(2, "10000002", 3, 6, "Clonazepam", "2 MG COM", 10, Decimal(8), Decimal(80), 18),
        Line(3, "10000003", 3, 6, "Clonazepam", "2 MG COM", 12, Decimal(8), Decimal(96), 18),
        Line(1, "10000001", 1, 5, "Omeprazol", "20 MG CAP", 5, Decimal(5), Decimal(25), 16),
        Line(2, "10000002", 2, 5, "Omeprazol", "20 MG CAP", 5, Decimal(5), Decimal(25), 16),
        Line(3, "10000003", 2, 4, "Dipirona", "500 MG", 5, Decimal(2), Decimal(10), 15),
    ]
    turn = await talk.says("o que devo comprar?", "recommendation")
    assert "*Losartana 50 MG COM*: você compra a cada 30 dias, a última vez em 17/10 (10). Hoje R$" in turn.text
    assert "Clonazepam" not in turn.text, "what is under special control is not put forward (Portaria 344/98, art. 90)"
    assert "Omeprazol" not in turn.text, "bought five days ago"
    assert "Dipirona" not in turn.text, "bought only once"
    assert (await talk.says("sim")).outcome == "escalated"


async def test_nothing_due_hands_over_to_a_person(talk: Talk, shop: Shop) -> None:
    shop.known_orders = []
    turn = await talk.says("me sugere algo", "recommendation")
    assert "não vejo nada" in turn.text
    assert turn.memory.offered_person


async def test_minimum_and_freight_by_supplier(talk: Talk) -> None:
    text = (await talk.says("qual o pedido mínimo?", "minimum_order")).text
    assert "Fortaleza/CE" in text
    assert text.index("*Lua*: sem mínimo; frete R$ 15,00") < text.index(
        "*Sol*: mínimo R$ 100,00; frete R$ 20,00, grátis"
    )


async def test_minimum_of_a_product_tells_only_who_sells_it(talk: Talk, shop: Shop) -> None:
    shop.reprice(18, minimum_quantity=10)
    text = (await talk.says("mínimo do clonazepam", "minimum_order", products=("clonazepam",))).text
    assert "Lua" not in text
    assert "a partir de 10 com Sol" in text


async def test_nobody_delivers_here(talk: Talk, shop: Shop) -> None:
    shop.areas = {}
    assert "Não encontrei fornecedor que entregue em Fortaleza" in (await talk.says("frete?", "minimum_order")).text


async def test_deliveries_to_a_city_a_state_and_nowhere(talk: Talk, shop: Shop) -> None:
    shop.areas[3] = DeliveryArea(3, "Mar", "BA", None, Decimal("40.00"), None, 4, 6, [1, 3, 5])
    text = (await talk.says("entrega aqui?", "delivery_area_time")).text
    assert "*Fortaleza/CE*: 2 fornecedores" in text
    assert "*Sol*: 1 a 3 dias úteis, seg a sex, frete R$ 20,00" in text
    text = (await talk.says("e feira de santana?", "delivery_area_time", cities=("feira de santana",))).text
    assert "*Feira de Santana/BA*" in text
    assert "4 a 6 dias úteis, seg, qua e sex" in text
    assert "*BA*" in (await talk.says("na Bahia?", "delivery_area_time", cities=("Bahia",))).text
    text = (await talk.says("Santa Maria RS?", "delivery_area_time", cities=("Santa Maria RS",))).text
    assert "nenhum fornecedor entrega em Santa Maria/RS" in text
    text = (await talk.says("em Atlântida?", "delivery_area_time", cities=("Atlântida",))).text
    assert "Não encontrei “Atlântida”" in text


def test_weekdays_read_well() -> None:
    assert weekdays([1, 2, 3, 4, 5, 6]) == "seg a sáb"
    assert weekdays([2, 4]) == "ter e qui"
    assert weekdays([3]) == "qua"


async def test_late_orders_are_told_with_how_late_and_a_person(
    talk: Talk, shop: Shop, order: Callable[..., Order]
) -> None:
    shop.known_orders = [order(estimated_delivery=date(2026, 11, 18)), order(order_id=2, number="10000499")]
    turn = await talk.says("meu pedido não chegou", "order_late")
    assert "1 pedido está atrasado" in turn.text
    assert "Atraso: 3 dias (era 18/11)" in turn.text
    assert "10000499" not in turn.text
    assert (await talk.says("sim")).outcome == "escalated"


async def test_an_order_that_is_not_late_says_when_it_comes(
    talk: Talk, shop: Shop, order: Callable[..., Order]
) -> None:
    shop.known_orders = [order()]
    text = (await talk.says("cadê, tá atrasado", "order_late")).text
    assert "Nenhum pedido seu passou da previsão" in text
    assert "Previsão de entrega: 23/11" in text
    named = await step(order_late.FLOW, shop, order_number=["10000482"])
    assert "Previsão de entrega: 23/11" in named.text
    shop.known_orders = [order(estimated_delivery=date(2026, 11, 20), shipment_status="failed")]
    text = (await talk.says("cadê", "order_late")).text
    assert "confirme com ela o horário" in text
    shop.known_orders = []
    assert "Não encontrei nenhum pedido" in (await talk.says("cadê", "order_late")).text


async def test_two_requests_in_one_message(talk: Talk, shop: Shop) -> None:
    turn = await talk.says(
        "preço do clonazepam e qual o frete?", "product_price", "minimum_order", products=("clonazepam",)
    )
    assert "R$ 8,00 a unidade" in turn.text
    assert "frete R$ 20,00" in turn.text
