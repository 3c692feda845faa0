"""Placing an order: the right product and price from the best supplier, once, only after a yes to exactly that."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agents.flows import order_change, order_place
from agents.testing import Talk
from agents.understanding.protocol import Item
from store.outcomes import Problem
from store.placing import OrderLine
from store.pricing import Tier
from store.supplier_orders import Payment
from tests.agents.shop import Shop, open_shop

pytestmark = pytest.mark.unit


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def talk(shop: Shop) -> Talk:
    return Talk(shop, flows=[order_change.FLOW, order_place.FLOW])


def items(*pairs: tuple[str, int | None], unit: str | None = None) -> dict[str, Any]:
    return {
        "products": tuple(product for product, _ in pairs),
        "quantities": tuple(quantity for _, quantity in pairs if quantity),
        "items": tuple(Item(product, quantity, unit) for product, quantity in pairs),
    }


async def order(talk: Talk, *pairs: tuple[str, int | None], **more: Any) -> str:
    words = ", ".join(f"{quantity or ''} {product}" for product, quantity in pairs)
    return (await talk.says(f"quero {words}", "order_place", **items(*pairs, **more))).text


async def test_one_product_is_shown_whole_and_placed_once_after_a_yes(talk: Talk, shop: Shop) -> None:
    text = await order(talk, ("losartana 50mg medley", 20))
    for said in ("20 × *Losartana Potássica* 50 MG", "(Medley)", "R$ 9,00 = R$ 180,00", "Frete: R$ 15,00"):
        assert said in text
    assert "*Total: R$ 195,00*" in text
    assert "Tarja vermelha: venda sob prescrição (Losartana Potássica)." in text
    assert "Rua A, 10" in text
    assert "boleto em 28 dias" in text
    assert shop.placed == []
    turn = await talk.says("sim")
    assert "10009001" in turn.text
    assert shop.placed == [([OrderLine(13, 20, Decimal("9.00"))], Decimal("195.00"), None)]
    assert talk.memory.orders == ("10009001",)
    await talk.says("sim")
    assert len(shop.placed) == 1


async def test_several_makers_are_listed_and_a_number_picks_one(talk: Talk, shop: Shop) -> None:
    text = await order(talk, ("losartana 50mg", 20))
    assert text.index("*1.* *Losartana Potássica* 50 MG") < text.index("*2.*")
    assert "(Medley): a partir de R$ 9,00" in text
    assert "100 MG" not in text
    await talk.says("2")
    assert "R$ 10,00 = R$ 200,00" in talk.turns[-1].text
    await talk.says("sim")
    assert shop.placed[0][0] == [OrderLine(11, 20, Decimal("10.00"))]


@pytest.mark.parametrize(
    ("words", "offer"),
    [("a da medley", 13), ("a mais barata", 13), ("a primeira", 13), ("EMS por favor", 11), ("pode ser a 2", 11)],
)
async def test_the_choice_may_be_said_in_words(talk: Talk, shop: Shop, words: str, offer: int) -> None:
    await order(talk, ("losartana 50mg", 20))
    await talk.says(words)
    await talk.says("sim")
    assert [line.offer_id for line in shop.placed[0][0]] == [offer]


@pytest.mark.parametrize("words", ["não, pera, 45", "na verdade são 45 caixas", "45"])
async def test_a_quantity_may_be_corrected_while_a_product_is_asked_for(talk: Talk, shop: Shop, words: str) -> None:
    await order(talk, ("losartana 50mg", 20))
    await talk.says(words)
    assert talk.turns[-1].text.startswith("Anotei 45 unidades.\n\nQual destas opções")
    await talk.says("2")
    assert "45 × *Losartana Potássica* 50 MG" in talk.turns[-1].text
    await talk.says("sim")
    assert shop.placed[0][0] == [OrderLine(11, 45, Decimal("10.00"))]


async def test_a_number_beyond_the_list_is_no_quantity(talk: Talk, shop: Shop) -> None:
    await order(talk, ("losartana 50mg", 20))
    await talk.says("9")
    assert "Não entendi qual" in talk.turns[-1].text
    await talk.says("1")
    assert "20 × *Losartana Potássica* 50 MG" in talk.turns[-1].text


async def test_a_dose_that_was_not_said_is_asked_for_even_when_it_is_the_cheapest(talk: Talk) -> None:
    text = await order(talk, ("losartana", 10))
    assert "50 MG" in text
    assert "100 MG" in text
    await talk.says("a mais barata")
    assert "Não entendi qual" in talk.turns[-1].text, "doses are not chosen by price"
    await talk.says("a de 100")
    assert "R$ 15,00 = R$ 150,00" in talk.turns[-1].text


async def test_a_single_one_in_stock_of_several_doses_is_asked_not_taken(talk: Talk, shop: Shop) -> None:
    for offer in (11, 12, 13):
        shop.reprice(offer, available=0)
    assert "É essa?" in await order(talk, ("losartana", 10))
    assert "100 MG" in talk.turns[-1].text
    await talk.says("sim")
    assert "R$ 150,00" in talk.turns[-1].text
    assert shop.placed == []


async def test_a_missing_quantity_is_asked_for_by_product(talk: Talk, shop: Shop) -> None:
    text = await order(talk, ("losartana 100", None), ("omeprazol", 30))
    assert text == "Quantas unidades de *Losartana Potássica 100 MG COM REV CT BL AL PLAS X 30*?"
    await talk.says("10 caixas", quantities=(10,))
    text = talk.turns[-1].text
    assert "10 × *Losartana Potássica* 100 MG" in text
    assert "30 × *Omeprazol*" in text
    await talk.says("sim")
    assert len(shop.placed) == 1


async def test_a_bare_number_or_word_is_a_quantity(talk: Talk) -> None:
    await order(talk, ("losartana 100", None))
    await talk.says("dez")
    assert "10 × " in talk.turns[-1].text


async def test_a_bundle_of_unknown_size_is_asked_about(talk: Talk) -> None:
    text = await order(talk, ("omeprazol", 2), unit="fardo")
    assert "quantas unidades ao todo" in text
    assert "fardo" in text


async def test_the_cheapest_together_counts_freight_and_minimum(talk: Talk, shop: Shop) -> None:
    # Apart: Sol's losartan misses its minimum of R$ 100. Together with Sol the freight is free.
    text = await order(talk, ("losartana 100", 10), ("omeprazol", 10))
    assert "Sol" in text
    assert "Lua" not in text
    assert "Frete: grátis" in text
    assert "*Total: R$ 200,00*" in text


async def test_a_lower_price_for_the_quantity_decides(talk: Talk, shop: Shop) -> None:
    shop.known_tiers = [Tier(16, 50, Decimal("10"), Decimal("4.50"), None, None)]
    assert "Lua" in await order(talk, ("omeprazol", 20))
    other = Talk(shop, flows=[order_place.FLOW])
    text = await order(other, ("omeprazol", 60))
    assert "R$ 4,50 = R$ 270,00 (−10% pela quantidade)" in text
    assert "Sol" in text


async def test_out_of_stock_is_left_out_and_said(talk: Talk) -> None:
    text = await order(talk, ("dipirona 500", 10), ("omeprazol", 30))
    assert "Dipirona Monoidratada 500 MG COM CT BL AL PLAS X 10*: *em falta*" in text
    assert "Omeprazol" in text
    assert "Confirma?" in text


async def test_nothing_that_can_be_sold_places_nothing(talk: Talk, shop: Shop) -> None:
    text = await order(talk, ("dipirona 500", 10), ("ozempic", 2))
    assert "em falta" in text
    assert "Não encontrei “ozempic” no catálogo" in text
    assert "Confirma?" not in text
    await talk.says("sim")
    assert shop.placed == []


async def test_more_than_anybody_has_asks_for_another_quantity(talk: Talk) -> None:
    text = await order(talk, ("losartana 100", 500))
    assert "o máximo agora é 120 (Sol)" in text
    await talk.says("100")
    assert "100 × " in talk.turns[-1].text


async def test_less_than_the_smallest_quantity_is_said(talk: Talk, shop: Shop) -> None:
    shop.reprice(14, minimum_quantity=10)
    assert "a partir de 10 unidades (Sol)" in await order(talk, ("losartana 100", 3))


async def test_below_the_minimum_order_says_what_is_lacking_and_takes_more(talk: Talk, shop: Shop) -> None:
    text = await order(talk, ("clonazepam", 2))
    assert "pedido mínimo de R$ 100,00 em produtos: faltam R$ 84,00" in text
    assert "Confirma?" not in text
    await talk.says("aumenta pra 15", quantities=(15,))
    text = talk.turns[-1].text
    assert "15 × *Clonazepam*" in text
    assert "retenção da receita (Clonazepam)." in text
    assert "Confirma?" in text


async def test_credit_that_does_not_suffice_offers_pix(talk: Talk, shop: Shop) -> None:
    assert shop.limit is not None
    shop.limit = replace(shop.limit, used=Decimal("4950.00"))
    text = await order(talk, ("losartana 100", 10))
    assert "seu limite disponível é R$ 50,00" in text
    assert "Confirma?" not in text
    await talk.says("pix")
    text = talk.turns[-1].text
    assert "Desconto pelo pagamento: −R$ 3,00" in text
    assert "Pagamento: Pix" in text
    await talk.says("sim")
    assert shop.placed[0][2] == Payment("pix", (0,))


async def test_a_blocked_pharmacy_is_told_why_and_offered_a_person(talk: Talk, shop: Shop) -> None:
    shop.problems = [Problem(reason="pharmacy_blocked", state="blocked")]
    await order(talk, ("losartana 100", 10))
    turn = talk.turns[-1]
    assert "não está liberado para compras" in turn.text
    await talk.says("sim")
    assert talk.turns[-1].outcome == "escalated"
    assert shop.placed == []


async def test_a_price_that_changed_before_the_yes_is_shown_and_asked_again(talk: Talk, shop: Shop) -> None:
    await order(talk, ("losartana 100", 10))
    shop.reprice(14, price=Decimal("16.00"))
    text = (await talk.says("sim")).text
    assert "*Losartana Potássica* era R$ 15,00 e agora é R$ 16,00" in text
    assert "R$ 160,00" in text
    assert shop.placed == []
    await talk.says("sim")
    assert shop.placed[0][1] == Decimal("180.00")
    assert len(shop.placed) == 1


async def test_stock_that_went_before_the_yes_is_said(talk: Talk, shop: Shop) -> None:
    await order(talk, ("losartana 100", 10))
    shop.reprice(14, available=0)
    text = (await talk.says("sim")).text
    assert "acabou com Sol" in text
    assert "em falta" in text
    await talk.says("sim")
    assert shop.placed == []


async def test_what_is_said_of_the_order_changes_it_before_the_yes(talk: Talk, shop: Shop) -> None:
    await order(talk, ("losartana 100", 10), ("omeprazol", 30))
    await talk.says("não, são 20 de omeprazol", "order_place", corrects=True, **items(("omeprazol", 20)))
    assert "20 × *Omeprazol*" in talk.turns[-1].text
    await talk.says("tira o omeprazol", "order_change", products=("omeprazol",))
    assert "Omeprazol" not in talk.turns[-1].text
    await talk.says("e mais 30 clonazepam", "order_place", **items(("clonazepam", 30)))
    await talk.says("sim")
    assert [(line.offer_id, line.quantity) for line in shop.placed[0][0]] == [(14, 10), (18, 30)]


async def test_ten_of_this_one(talk: Talk, shop: Shop) -> None:
    talk.memory = replace(talk.memory, products=(3,))
    await talk.says("quero 10 dessa", "order_place", quantities=(10,))
    assert "10 × *Losartana Potássica* 100 MG" in talk.turns[-1].text
    await talk.says("pode fechar")
    assert len(shop.placed) == 1


async def test_one_of_several_spoken_of_is_asked(talk: Talk) -> None:
    talk.memory = replace(talk.memory, products=(2, 3))
    await talk.says("quero 10 dessa", "order_place", quantities=(10,))
    assert "*2.*" in talk.turns[-1].text


async def test_an_order_without_products_asks_and_takes_any_words(talk: Talk) -> None:
    talk.memory = replace(talk.memory, products=(3,))
    assert "O que você quer pedir?" in (await talk.says("quero fazer um pedido", "order_place")).text
    await talk.says("clonazepam")
    assert "Quantas unidades de *Clonazepam" in talk.turns[-1].text


async def test_no_lays_the_order_aside(talk: Talk, shop: Shop) -> None:
    await order(talk, ("losartana 100", 10))
    await talk.says("não")
    await talk.says("sim")
    assert shop.placed == []


async def test_a_question_in_between_keeps_the_order(talk: Talk, shop: Shop) -> None:
    await order(talk, ("losartana 100", 10))
    turn = await talk.says("onde está meu pedido 10000482?", "order_status", order_numbers=("10000482",))
    assert "Retomando o pedido" in turn.text
    await talk.says("sim")
    assert len(shop.placed) == 1


async def test_more_lines_than_a_summary_holds_is_said(talk: Talk, shop: Shop) -> None:
    many = [(f"produto {at}", 1) for at in range(13)]
    assert "até 12 por pedido" in await order(talk, *many)


async def test_a_tool_that_is_away_loses_nothing(talk: Talk, shop: Shop) -> None:
    await order(talk, ("losartana 100", 10))
    shop.away = True
    assert (await talk.says("sim")).outcome == "failed"
    shop.away = False
    await talk.says("sim")
    assert len(shop.placed) == 1


async def test_what_is_said_of_an_order_that_waits_is_not_taken_for_a_change_of_a_placed_one(
    talk: Talk, shop: Shop
) -> None:
    await order(talk, ("losartana 100", 10), ("omeprazol", 30))
    turn = await talk.says("sem o omeprazol", "order_change", products=("omeprazol",))
    assert turn.flow == "order_place"
    assert "Omeprazol" not in turn.text
    turn = await talk.says("não, 40", "order_change", quantities=(40,))
    assert "40 × *Losartana" in turn.text
    turn = await talk.says(
        "tira o omeprazol do pedido 10000482", "order_change", products=("omeprazol",), order_numbers=("10000482",)
    )
    assert turn.flow == "order_change"
    assert "sai do pedido" in turn.text


async def test_a_dearer_supplier_whose_minimum_is_reached_is_better_than_a_cheaper_one_that_refuses(
    talk: Talk, shop: Shop
) -> None:
    shop.reprice(16, price=Decimal("3.00"))
    shop.areas[1] = replace(shop.areas[1], freight=Decimal(0))
    text = await order(talk, ("omeprazol", 10))
    assert "Lua" in text
    assert "*Total: R$ 63,00*" in text
    assert "Confirma?" in text


async def test_a_look_at_goods_is_not_taken_up_again_after_the_purchase(talk: Talk, shop: Shop) -> None:
    await talk.says("losartana", "product_info", **items(("losartana", None)))
    assert "Qual destas opções" in talk.turns[-1].text
    await order(talk, ("omeprazol", 30))
    await talk.says("sim")
    assert len(shop.placed) == 1
    assert "Retomando" not in talk.turns[-1].text
    assert talk.memory.frames == ()
