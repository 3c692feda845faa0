"""Reordering, changing and cancelling: by the rules of the order's state, after a yes to exactly what was shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from agents.flows import order_cancel, order_change, reorder
from agents.testing import Talk
from agents.understanding.protocol import Item
from store.orders import Order
from store.outcomes import Problem
from store.placing import OrderLine
from tests.agents.shop import BRANCH, Shop, open_shop

pytestmark = pytest.mark.unit


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def talk(shop: Shop) -> Talk:
    return Talk(shop, flows=[order_cancel.FLOW, order_change.FLOW, reorder.FLOW])


def state(shop: Shop, status: str, **changes: Any) -> None:
    shop.known_orders = [replace(shop.known_orders[0], status=status, **changes)]


async def cancel(talk: Talk, number: str = "10000482") -> str:
    return (await talk.says(f"cancela o {number}", "order_cancel", order_numbers=(number,))).text


async def change(talk: Talk, text: str, product: str = "", quantity: int | None = None, **more: Any) -> str:
    named = {
        "products": (product,) if product else (),
        "quantities": (quantity,) if quantity else (),
        "items": (Item(product, quantity),) if product else (),
        **more,
    }
    return (await talk.says(text, "order_change", **named)).text


@pytest.mark.parametrize("status", ["placed", "confirmed", "picking"])
async def test_an_order_is_cancelled_after_a_yes(talk: Talk, shop: Shop, status: str) -> None:
    state(shop, status)
    text = await cancel(talk)
    assert "Cancelar o pedido *10000482* (Sol, 4 itens, R$ 250,00)?" in text
    assert shop.cancelled == []
    assert "cancelado" in (await talk.says("sim")).text
    assert shop.cancelled == [1]


@pytest.mark.parametrize(
    ("status", "said"),
    [("invoiced", "já foi faturado"), ("shipped", "já foi enviado"), ("delivered", "escrever *devolver*")],
)
async def test_what_can_no_longer_be_cancelled_says_why_and_offers_a_person(
    talk: Talk, shop: Shop, status: str, said: str
) -> None:
    state(shop, status)
    text = await cancel(talk)
    assert said in text
    turn = await talk.says("sim")
    assert turn.outcome == "escalated"
    assert shop.cancelled == []


async def test_a_cancelled_order_needs_nothing(talk: Talk, shop: Shop) -> None:
    state(shop, "cancelled")
    assert "já está cancelado" in await cancel(talk)


async def test_a_state_that_changed_before_the_yes_is_said(talk: Talk, shop: Shop) -> None:
    await cancel(talk)
    state(shop, "shipped")
    assert "já foi enviado, então não dá mais" in (await talk.says("sim")).text
    assert shop.cancelled == []


async def test_nobody_cancels_an_order_of_another_pharmacy(talk: Talk, shop: Shop) -> None:
    text = await cancel(talk, "20000001")
    assert "Não encontrei o pedido 20000001 entre os da sua farmácia" in text
    assert shop.cancelled == []


async def test_without_a_number_the_only_open_order_is_meant(talk: Talk) -> None:
    assert "*10000482*" in (await talk.says("quero cancelar meu pedido", "order_cancel")).text


async def test_without_a_number_one_of_several_is_asked_for(talk: Talk, shop: Shop) -> None:
    shop.known_orders += [replace(shop.known_orders[0], order_id=2, number="10000499")]
    text = (await talk.says("quero cancelar meu pedido", "order_cancel")).text
    assert "Qual pedido" in text
    await talk.says("10000499", order_numbers=("10000499",))
    await talk.says("sim")
    assert shop.cancelled == [2]


async def test_the_order_just_spoken_of_is_meant(talk: Talk, shop: Shop) -> None:
    shop.known_orders += [replace(shop.known_orders[0], order_id=2, number="10000499")]
    talk.memory = replace(talk.memory, orders=("10000499",))
    assert "*10000499*" in (await talk.says("pode cancelar ele", "order_cancel")).text


async def test_a_no_keeps_the_order(talk: Talk, shop: Shop) -> None:
    await cancel(talk)
    assert "continua como está" in (await talk.says("não")).text
    assert shop.cancelled == []


async def test_a_quantity_is_changed_at_the_price_shown(talk: Talk, shop: Shop) -> None:
    text = await change(talk, "muda o omeprazol pra 20 no 10000482", "omeprazol", 20, order_numbers=("10000482",))
    assert "de 12 para 20" in text
    assert "R$ 5,00 a unidade = R$ 100,00" in text
    assert "Total: de R$ 250,00 para *R$ 300,00* (frete grátis)" in text
    assert shop.changed == []
    assert "alterado" in (await talk.says("sim")).text
    assert shop.changed == [(1, [OrderLine(16, 20, Decimal("5.00"))], Decimal("300.00"), None)]


@pytest.mark.parametrize(
    ("words", "quantity", "after"),
    [
        ("bota mais 5 omeprazol", 5, "de 12 para 17"),
        ("aumenta o omeprazol em mais 8", 8, "de 12 para 20"),
        ("tira 2 omeprazol", 2, "de 12 para 10"),
        ("diminui o omeprazol pra 6", 6, "de 12 para 6"),
        ("em vez de 12, 30 de omeprazol", 30, "de 12 para 30"),
        ("tira o omeprazol", None, "sai do pedido (eram 12)"),
    ],
)
async def test_how_people_say_how_much(talk: Talk, words: str, quantity: int | None, after: str) -> None:
    assert after in await change(talk, words, "omeprazol", quantity)


async def test_a_product_of_the_same_supplier_is_added(talk: Talk, shop: Shop) -> None:
    assert "entra com 4" in await change(talk, "inclui 4 clonazepam", "clonazepam", 4)
    await talk.says("sim")
    assert shop.changed[0][1] == [OrderLine(18, 4, Decimal("8.00"))]


async def test_a_product_that_the_supplier_has_not_is_said(talk: Talk, shop: Shop) -> None:
    text = await change(talk, "inclui 4 dipirona", "dipirona", 4)
    assert "não está em estoque com este fornecedor" in text
    assert shop.changed == []


async def test_which_dose_is_asked_before_it_is_added(talk: Talk, shop: Shop) -> None:
    shop.known_lines = shop.known_lines[1:]
    text = await change(talk, "inclui 10 losartana", "losartana", 10)
    assert "*2.*" in text
    assert "Lua" not in text
    await talk.says("a de 100mg")
    assert "100 MG COM REV CT BL AL PLAS X 30*: entra com 10" in talk.turns[-1].text


async def test_a_missing_quantity_is_asked_for(talk: Talk, shop: Shop) -> None:
    assert "Quantas unidades de *Clonazepam" in await change(talk, "inclui clonazepam", "clonazepam")
    await talk.says("6")
    assert "entra com 6" in talk.turns[-1].text
    await talk.says("não, 8", "order_change", corrects=True, quantities=(8,))
    assert "entra com 8" in talk.turns[-1].text
    await talk.says("sim")
    assert shop.changed[0][1][0].quantity == 8


async def test_a_change_without_an_object_shows_the_order_and_asks(talk: Talk) -> None:
    text = await change(talk, "quero alterar o 10000482", order_numbers=("10000482",))
    assert "20 × Losartana" in text
    text = await change(talk, "muda o omeprazol para 15", "omeprazol", 15)
    assert "de 12 para 15" in text


async def test_the_wish_is_kept_while_the_order_is_asked_for(talk: Talk, shop: Shop) -> None:
    shop.known_orders += [replace(shop.known_orders[0], order_id=2, number="10000499")]
    assert "Qual pedido" in await change(talk, "bota mais 5 omeprazol", "omeprazol", 5)
    await talk.says("10000482", order_numbers=("10000482",))
    assert "de 12 para 17" in talk.turns[-1].text


async def test_more_than_there_is_cannot_be_added(talk: Talk, shop: Shop) -> None:
    text = await change(talk, "inclui 400 clonazepam", "clonazepam", 400)
    assert "só tem 120 unidades" in text
    await talk.says("sim")
    assert shop.changed == []


async def test_nothing_left_is_a_cancellation(talk: Talk, shop: Shop) -> None:
    shop.known_lines = shop.known_lines[1:]
    assert "*cancelar* o pedido" in await change(talk, "tira o omeprazol", "omeprazol")


@pytest.mark.parametrize(("status", "said"), [("picking", "*cancelar*"), ("shipped", "já foi enviado")])
async def test_too_late_to_change_says_why(talk: Talk, shop: Shop, status: str, said: str) -> None:
    state(shop, status)
    talk.memory = replace(talk.memory, orders=("10000482",))
    text = await change(talk, "tira o omeprazol", "omeprazol")
    assert said in text
    assert "não dá mais para alterar" in text


async def test_a_price_that_changed_before_the_yes_asks_again(talk: Talk, shop: Shop) -> None:
    await change(talk, "muda o omeprazol pra 20", "omeprazol", 20)
    shop.reprice(16, price=Decimal("6.00"))
    text = (await talk.says("sim")).text
    assert "O total mudou" in text
    assert "de 12 para 20" in text
    await talk.says("sim")
    assert shop.changed == [(1, [OrderLine(16, 20, Decimal("6.00"))], Decimal("320.00"), None)]


async def test_the_address_is_chosen_from_the_pharmacys_own(talk: Talk, shop: Shop) -> None:
    shop.places = [*shop.places, BRANCH]
    text = await change(talk, "muda o endereço do pedido 10000482", order_numbers=("10000482",))
    assert "*2.* Filial, Av. B, 20" in text
    await talk.says("na filial")
    assert "Entrega em: Filial" in talk.turns[-1].text
    await talk.says("sim")
    assert shop.changed[0][3] == BRANCH.address_id


async def test_without_another_address_a_person_helps(talk: Talk) -> None:
    assert "não tem outro endereço" in await change(talk, "muda o endereço", order_numbers=("10000482",))
    assert (await talk.says("sim")).outcome == "escalated"


async def test_the_last_order_again_says_what_is_another_price(talk: Talk, shop: Shop) -> None:
    text = (await talk.says("repete o último pedido", "reorder")).text
    assert "Repetindo o pedido *10000482* de 17/11" in text
    assert "R$ 10,00 = R$ 200,00 _(antes R$ 9,50)_" in text
    assert "R$ 5,00 = R$ 60,00\n" in text
    await talk.says("sim")
    assert [(line.offer_id, line.quantity) for line in shop.placed[0][0]] == [(11, 20), (16, 12)]


async def test_what_is_out_of_stock_is_said_and_left_out(talk: Talk, shop: Shop) -> None:
    for offer in (16, 17):
        shop.reprice(offer, available=0)
    text = (await talk.says("o mesmo de sempre", "reorder")).text
    assert "Omeprazol 20 MG CAP DURA CT BL AL X 28*: *em falta*" in text
    await talk.says("sim")
    assert [line.offer_id for line in shop.placed[0][0]] == [11]


async def test_the_order_named_is_repeated_and_may_be_adjusted(
    talk: Talk, shop: Shop, order: Callable[..., Order]
) -> None:
    shop.known_orders = [order(order_id=9, number="10000999"), *shop.known_orders]
    await talk.says("repete o 10000482", "reorder", order_numbers=("10000482",))
    await talk.says("mas sem o omeprazol", products=("omeprazol",))
    assert "Omeprazol" not in talk.turns[-1].text
    await talk.says("sim")
    assert [(line.offer_id, line.quantity) for line in shop.placed[0][0]] == [(11, 20)]


async def test_the_order_of_a_day_is_repeated(talk: Talk, shop: Shop, order: Callable[..., Order]) -> None:
    newest = order(order_id=9, number="10000999", placed_at=datetime(2026, 11, 20, 12, tzinfo=UTC))
    shop.known_orders = [newest, *shop.known_orders]
    assert "*10000482*" in (await talk.says("o mesmo do dia 17/11", "reorder", dates=("17/11",))).text
    talk = Talk(shop, flows=[reorder.FLOW])
    assert "Não encontrei pedido seu de 3/2" in (await talk.says("o de 3/2", "reorder", dates=("3/2",))).text


async def test_another_pharmacys_order_is_not_repeated(talk: Talk, shop: Shop) -> None:
    text = (await talk.says("repete o 20000001", "reorder", order_numbers=("20000001",))).text
    assert "Não encontrei o pedido 20000001" in text
    assert shop.placed == []


async def test_nothing_to_repeat(talk: Talk, shop: Shop) -> None:
    shop.known_orders = []
    assert "nenhum pedido" in (await talk.says("repete o último", "reorder")).text


async def test_a_blocked_change_is_explained(talk: Talk, shop: Shop) -> None:
    shop.problems = [Problem(reason="credit", wanted=Decimal("50.00"), allowed=Decimal("10.00"))]
    text = await change(talk, "muda o omeprazol pra 20", "omeprazol", 20)
    assert "seu limite disponível é R$ 10,00" in text
    assert "Confirma" not in text
