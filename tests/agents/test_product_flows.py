"""Stock and price: the product that was named, never another dose, never above the ceiling."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from agents.flows import product_availability, product_price
from agents.flows.flow import Answer, Question
from agents.memory import Memory
from agents.testing import Fake, asked, step
from agents.tools import orders
from agents.tools.permitted import Permitted, ToolNotAllowedError

pytestmark = pytest.mark.unit


async def answered(
    world: Any, now: datetime, *products: str, quantities: tuple[int, ...] = (), memory: Memory | None = None
) -> Answer:
    ask = replace(asked(at=now), memory=memory or Memory())
    return await step(product_price.FLOW, world, ask, product=list(products), quantity=list(quantities))


async def test_exact_product_tells_every_offer_cheapest_first(world: Any, now: datetime) -> None:
    answer = await answered(world, now, "losartana 50mg")
    assert "50 MG" in answer.text
    assert "25 MG" not in answer.text
    assert answer.text.index("R$ 3,20") < answer.text.index("R$ 3,35")
    assert "pedido mínimo 10" in answer.text
    assert "Tarja vermelha" in answer.text
    assert answer.products == (1,)


async def test_another_dose_is_never_given_as_the_one_asked(world: Any, now: datetime) -> None:
    text = (await answered(world, now, "losartana 75mg")).text
    assert "Não encontrei “losartana 75mg” exatamente assim" in text
    assert "Tem sim" not in text
    text = (await answered(world, now, "losartana 75")).text
    assert "exatamente assim" in text


async def test_several_products_are_listed_to_choose_from(world: Any, now: datetime) -> None:
    text = (await answered(world, now, "losartana")).text
    assert "2 opções" in text
    assert "25 MG" in text
    assert "50 MG" in text


async def test_out_of_stock_is_not_sold(world: Any, now: datetime) -> None:
    text = (await answered(world, now, "dipirona 500")).text
    assert "em falta" in text
    assert "R$" not in text


async def test_unknown_product_is_not_replaced_by_another(world: Any, now: datetime) -> None:
    text = (await answered(world, now, "ozempic")).text
    assert "Não encontrei “ozempic”" in text


@pytest.mark.parametrize(
    ("quantity", "said"),
    [(20, "20 unidades com Fornecedor 11: R$ 64,00"), (5, "5 unidades com Fornecedor 12: R$ 16,75"), (500, "Nenhum")],
)
async def test_quantity_is_priced_with_who_can_deliver_it(world: Any, now: datetime, quantity: int, said: str) -> None:
    assert said in (await answered(world, now, "losartana 50", quantities=(quantity,))).text


async def test_price_above_the_ceiling_is_refused_and_a_person_told(
    world: Any, now: datetime, offer: Callable[..., Any]
) -> None:
    losartan = world.known_products[0]
    world.known_offers = [offer(losartan, 11, "20.01")]
    answer = await answered(world, now, "losartana 50")
    assert "20,01" not in answer.text
    assert answer.escalate is not None
    assert answer.escalate.reason == "not_allowed"
    world.known_offers = [offer(losartan, 11, "20.00")]
    answer = await answered(world, now, "losartana 50")
    assert "R$ 20,00" in answer.text
    assert answer.escalate is None


async def test_offers_within_the_ceiling_are_told_beside_one_above_it(
    world: Any, now: datetime, offer: Callable[..., Any]
) -> None:
    losartan = world.known_products[0]
    world.known_offers = [offer(losartan, 11, "99.00"), offer(losartan, 12, "5.00")]
    text = (await answered(world, now, "losartana 50")).text
    assert "R$ 5,00" in text
    assert "99" not in text


async def test_released_product_has_no_ceiling(world: Any, now: datetime, offer: Callable[..., Any]) -> None:
    losartan = world.known_products[0]
    world.known_offers = [offer(losartan, 11, "99.00", ceiling_price=None)]
    assert "R$ 99,00" in (await answered(world, now, "losartana 50")).text


async def test_leaning_on_the_turn_before(world: Any, now: datetime) -> None:
    text = (await answered(world, now, memory=Memory(products=(2,)))).text
    assert "25 MG" in text
    assert "R$ 2,10" in text


async def test_without_any_product_it_asks(world: Any, now: datetime) -> None:
    answer = await answered(world, now)
    assert answer.outcome == "asked"
    assert answer.question == Question("product")


async def test_two_products_in_one_message(world: Any, now: datetime) -> None:
    text = (await answered(world, now, "losartana 50", "dipirona 500")).text
    assert "Losartana" in text
    assert "Dipirona" in text


async def test_a_flow_gets_no_tool_that_it_does_not_declare(world: Any) -> None:
    tools = Permitted(Fake(world), product_availability.FLOW.usable)
    with pytest.raises(ToolNotAllowedError):
        await tools(orders.open_orders)
    assert tools.calls == []


async def test_calls_are_noted_for_the_record(world: Any, now: datetime) -> None:
    tools = Permitted(Fake(world), product_availability.FLOW.usable)
    await product_availability.run(asked(product=["losartana 50"]), tools)
    assert [call["tool"] for call in tools.calls] == ["find_products", "offers", "tiers"]
    offer = tools.calls[1]["gave"][0]
    assert (offer["offer_id"], offer["price"], offer["available"]) == (11, str(Decimal("3.20")), 120)
